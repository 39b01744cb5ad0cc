// The two languages of the console. Vietnamese is the source, English its equal.
//
// Owns: the i18next instance and the language in use.
// Not here: texts (each feature's vi.json and en.json), formats (`format.ts`).

import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type { Language } from "../api/types.ts";

export function storedLanguage(): Language {
  try {
    return localStorage.getItem("lgsp-language") === "en" ? "en" : "vi";
  } catch {
    return "vi";
  }
}

i18next.use(initReactI18next).init({
  lng: typeof localStorage === "undefined" ? "vi" : storedLanguage(),
  fallbackLng: false,
  resources: {},
  initAsync: false,
  // React escapes by itself.
  interpolation: { escapeValue: false },
  react: { useSuspense: false },
});

export function currentLanguage(): Language {
  return i18next.language === "en" ? "en" : "vi";
}

export function applyLanguage(language: Language) {
  document.documentElement.lang = language;
  try {
    localStorage.setItem("lgsp-language", language);
  } catch {
    // The account keeps the choice as well.
  }
  if (i18next.language !== language) void i18next.changeLanguage(language);
}

export { i18next };
