// Asks before leaving a form with changes that are not saved.

import { useBlocker } from "@tanstack/react-router";
import { useRef } from "react";
import { useKitTexts } from "./texts.ts";

/** Returns a function that lets the next navigation pass, for use after saving. */
export function useUnsavedGuard(isDirty: boolean): () => void {
  const { t } = useKitTexts();
  const isReleased = useRef(false);
  useBlocker({
    shouldBlockFn: ({ current, next }) => {
      if (!isDirty || isReleased.current || current.pathname === next.pathname) return false;
      return !window.confirm(t("unsaved"));
    },
    enableBeforeUnload: () => isDirty && !isReleased.current,
  });
  return () => {
    isReleased.current = true;
  };
}
