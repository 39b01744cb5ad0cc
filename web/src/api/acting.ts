// For whom this tab acts: somebody who has delegated authority to the person who is signed in.
//
// Owns: remembering it in the tab, so that a reload keeps it and other tabs do not have it.
// Not here: whether it is still allowed; the server says so with every answer.
// Invariant: it belongs to the account that chose it; it holds a name and nothing secret.

const KEPT = "lgsp-acting";

/** The header by which a request is made for somebody. */
export const ON_BEHALF_OF = "X-On-Behalf-Of";

export interface Acting {
  /** Sign-in name of who delegated. */
  delegator: string;
  /** Account that acts. */
  by: string;
}

export function readActing(text: string | null): Acting | null {
  try {
    const kept: unknown = JSON.parse(text ?? "null");
    if (typeof kept !== "object" || kept === null) return null;
    if (!("delegator" in kept) || !("by" in kept)) return null;
    const { delegator, by } = kept;
    return typeof delegator === "string" && delegator !== "" && typeof by === "string"
      ? { delegator, by }
      : null;
  } catch {
    return null;
  }
}

function stored(): Acting | null {
  try {
    return readActing(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

let acting: Acting | null = stored();
const listeners = new Set<() => void>();

export function currentActing(): Acting | null {
  return acting;
}

export function setActing(next: Acting | null) {
  acting = next;
  try {
    if (next) sessionStorage.setItem(KEPT, JSON.stringify(next));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // Without storage a reload forgets it.
  }
  for (const listener of listeners) listener();
}

export function onActing(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
