// Texts of what explains and tries access.
import { defineTexts } from "../../i18n/texts.ts";
import en from "./en.json";
import vi from "./vi.json";

export const useDecisionTexts = defineTexts("decision", vi, en);
