// Which columns of a list are hidden.

import { useState } from "react";
import { keep, readKept } from "./kept.ts";

/** The columns that the person does not want to see; a list with a name of its own keeps the choice. */
export function useHidden(
  columns: readonly { id: string; extra?: boolean }[],
  exportName: string | undefined,
) {
  const name = exportName ? `columns-${exportName}` : null;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => {
    const kept = name ? readKept(name) : null;
    const extra = columns.filter((column) => column.extra).map((column) => column.id);
    return new Set(kept === null ? extra : kept.split(","));
  });
  function hide(next: ReadonlySet<string>) {
    setHidden(next);
    if (name) keep(name, [...next].join(","));
  }
  return [hidden, hide] as const;
}
