// Small choices that this browser keeps for its person: a folded menu, the columns of a list.
//
// Invariant: nothing secret, and nothing that another browser would miss.

const PREFIX = "lgsp-";

export function readKept(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function keep(name: string, value: string) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Only the next visit forgets it.
  }
}
