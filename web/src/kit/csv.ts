// The shown rows as a file that Excel opens with Vietnamese intact.
//
// Invariant: no cell can start a formula; such texts get a leading apostrophe.

export interface CsvColumn<Row> {
  header: string;
  text?: (row: Row) => string;
}

function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** UTF-8 with byte-order mark, comma, CRLF. */
export function toCsv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const shown = columns.filter((column) => column.text);
  const lines = [
    shown.map((column) => cell(column.header)),
    ...rows.map((row) => shown.map((column) => cell(column.text?.(row) ?? ""))),
  ];
  return `\uFEFF${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

export function saveFile(name: string, content: BlobPart, type: string) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

export function saveCsv<Row>(
  name: string,
  columns: readonly CsvColumn<Row>[],
  rows: readonly Row[],
) {
  saveFile(`${name}.csv`, toCsv(columns, rows), "text/csv;charset=utf-8");
}
