// A feature's texts: registers both languages and gives a typed hook.
//
// Owns: the type of keys ("list.title"), derived from the Vietnamese file.
// Invariant: a key that the Vietnamese file lacks does not compile; parity of the English file is
// a test.

import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Language, Text } from "../api/types.ts";
import { currentLanguage, i18next } from "./setup.ts";

type Tree = { [key: string]: string | Tree };
type Bare<K extends string> = K extends `${infer Head}_other` ? Head : K;
export type KeyOf<T> = {
  [K in keyof T & string]: T[K] extends string ? Bare<K> : `${K}.${KeyOf<T[K]>}`;
}[keyof T & string];
export type Values = Record<string, string | number>;
export type Translate<T> = (key: KeyOf<T>, values?: Values) => string;

export function defineTexts<V extends object>(namespace: string, vi: V, en: object) {
  i18next.addResourceBundle("vi", namespace, vi);
  i18next.addResourceBundle("en", namespace, en);

  /** The texts of this feature in the language in use. */
  // biome-ignore lint/correctness/noComponentHookFactories: called once, at module level
  return function useTexts() {
    const { t, i18n } = useTranslation(namespace);
    const translate = useCallback(
      (key: KeyOf<V>, values?: Values): string => t(key, values ?? {}),
      [t],
    );
    /** For words that follow a code of the server; `undefined` when we have none for it. */
    const word = useCallback(
      (group: string, code: string): string | undefined =>
        i18n.exists(`${group}.${code}`, { ns: namespace }) ? t(`${group}.${code}`) : undefined,
      [t, i18n],
    );
    return { t: translate, word };
  };
}

/** The language in use; re-renders when it changes. */
export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === "en" ? "en" : "vi";
}

/** A text that the server gives in both languages. */
export function useText() {
  const language = useLanguage();
  return useCallback((text: Text | null | undefined) => text?.[language] ?? "", [language]);
}

export type { Tree };
export { currentLanguage };
