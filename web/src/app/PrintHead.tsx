// What stands above a printed page: whose it is, who printed it, when.

import { useEffect, useState } from "react";
import { flushSync } from "react-dom";
import { formatDateTime } from "../i18n/format.ts";
import { placeName, useSession } from "../kit/session.ts";
import classes from "./shell.module.css";
import { useAppTexts } from "./texts.ts";

export function PrintHead() {
  const { t } = useAppTexts();
  const { about, me } = useSession();
  const [at, setAt] = useState(() => new Date());
  useEffect(() => {
    // The browser draws the paper as soon as this returns.
    const note = () => flushSync(() => setAt(new Date()));
    window.addEventListener("beforeprint", note);
    return () => window.removeEventListener("beforeprint", note);
  }, []);
  return (
    <p className={classes.printHead}>
      <strong>{me.agency?.name ?? placeName(about, me.preferences.language)}</strong>
      <span>{t("printed", { name: me.display_name, at: formatDateTime(at) })}</span>
    </p>
  );
}
