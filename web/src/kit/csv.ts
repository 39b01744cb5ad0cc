// The shown rows as a file that Excel opens with Vietnamese intact: CSV, or a workbook.
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

/** The head and the rows as texts; columns without a text are left out. */
export function tableOf<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string[][] {
  const shown = columns.filter((column) => column.text);
  return [
    shown.map((column) => column.header),
    ...rows.map((row) => shown.map((column) => column.text?.(row) ?? "")),
  ];
}

/** UTF-8 with byte-order mark, comma, CRLF. */
export function toCsv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = tableOf(columns, rows).map((line) => line.map(cell).join(","));
  return `\uFEFF${lines.join("\r\n")}\r\n`;
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

/** The same as a workbook, every cell a text: no formula, no number that loses its zeros. */
export async function saveXlsx<Row>(
  name: string,
  title: string,
  columns: readonly CsvColumn<Row>[],
  rows: readonly Row[],
) {
  const { toXlsx, XLSX_TYPE } = await import("./xlsx.ts");
  saveFile(`${name}.xlsx`, toXlsx(title, tableOf(columns, rows)), XLSX_TYPE);
}
