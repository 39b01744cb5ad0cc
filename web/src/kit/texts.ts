// Texts of the kit's own components.
import { defineTexts } from "../i18n/texts.ts";
import en from "./en.json";
import vi from "./vi.json";

export const useKitTexts = defineTexts("kit", vi, en);
