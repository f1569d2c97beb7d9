/** What a command printed: a table of cliff's, or other text. */
export type Output =
  | { readonly kind: "table"; readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "text"; readonly text: string };

/** A cell of several lines is printed as several rows, with nothing in the first column of the later ones. */
export function readOutput(stdout: string): Output {
  const lines = stdout.split("\n").filter((line) => line !== "");
  if (lines[0]?.startsWith("+-") !== true || !lines.every((line) => /^[+|]/.test(line)))
    return { kind: "text", text: stdout.trim() };
  const [header = [], ...printed] = lines.filter((line) => line.startsWith("|")).map(cells);
  const rows: string[][] = [];
  for (const row of printed) {
    const last = rows.at(-1);
    if (row[0] !== "" || last === undefined) rows.push(row);
    else
      row.forEach((cell, column) => {
        if (cell !== "") last[column] = `${last[column]}\n${cell}`;
      });
  }
  return { kind: "table", header, rows };
}

function cells(line: string): string[] {
  return line
    .slice(2, -2)
    .split(" | ")
    .map((cell) => cell.trim());
}
