// Texts of access tokens.
import { defineTexts } from "../../i18n/texts.ts";
import en from "./en.json";
import vi from "./vi.json";

export const useTokenTexts = defineTexts("tokens", vi, en);
