// Two rules line by line: what went, what came, what stayed. Pure.

/** Lines of a rule at most, so that the table of lengths stays small (the server takes 16 KiB). */
const LINES_MAX = 2_000;

/** Longest common runs of lines, as a table of lengths from each pair of places to the ends. */
function lengths(before: readonly string[], after: readonly string[]): Uint16Array[] {
  const table = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let row = before.length - 1; row >= 0; row -= 1) {
    const [here, below] = [table[row], table[row + 1]];
    if (!here || !below) continue;
    for (let column = after.length - 1; column >= 0; column -= 1) {
      here[column] =
        before[row] === after[column]
          ? (below[column + 1] ?? 0) + 1
          : Math.max(below[column] ?? 0, here[column + 1] ?? 0);
    }
  }
  return table;
}

/** Each line with its sign: "-" gone, "+" new, " " the same. */
export function cedarDiff(before: string, after: string): string {
  const old = before.split("\n").slice(0, LINES_MAX);
  const now = after.split("\n").slice(0, LINES_MAX);
  const table = lengths(old, now);
  const lines: string[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < now.length) {
    if (row < old.length && column < now.length && old[row] === now[column]) {
      lines.push(` ${old[row]}`);
      row += 1;
      column += 1;
      continue;
    }
    const down = table[row + 1]?.[column] ?? -1;
    const right = table[row]?.[column + 1] ?? -1;
    if (row < old.length && (column >= now.length || down >= right)) {
      lines.push(`-${old[row]}`);
      row += 1;
    } else {
      lines.push(`+${now[column]}`);
      column += 1;
    }
  }
  return lines.join("\n");
}
