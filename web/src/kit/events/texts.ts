// The words of the journal; apart from the kit's own, so that they load with the pages that need them.
import { defineTexts } from "../../i18n/texts.ts";
import en from "./en.json";
import vi from "./vi.json";

export const useEventTexts = defineTexts("events", vi, en);
