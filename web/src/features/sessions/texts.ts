import { defineTexts } from "../../i18n/texts.ts";
import en from "./en.json";
import vi from "./vi.json";

export const useT = defineTexts("sessions", vi, en);
