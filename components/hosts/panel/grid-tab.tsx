import { CopyButton } from "../../ui/copy-button.tsx";
import { Table, Td, Th, Tr } from "../../ui/table.tsx";

const LIMIT = 1000;

/** Learned addresses and neighbours: a real table, since its columns are compared. `Who` stands under the MAC that it explains. */
export function GridTab({ label, columns, rows }: { label: string; columns: string[]; rows: string[][] }) {
  const who = columns.indexOf("Who");
  const shown = columns.flatMap((column, at) => (at === who ? [] : [{ column, at }]));
  return (
    <div className="flex h-full min-h-0 flex-col p-4">
      <div className="flex items-center justify-between pb-2 text-xs text-muted">
        <span>
          {rows.length.toLocaleString("en")} {rows.length === 1 ? "entry" : "entries"}
          {rows.length > LIMIT ? `, the first ${LIMIT.toLocaleString("en")} shown` : ""}
        </span>
        <CopyButton text={() => [columns, ...rows].map((row) => row.join("\t")).join("\n")} label={`Copy ${label}`} />
      </div>
      <Table label={label} wrapClassName="min-h-0">
        <thead>
          <tr>
            {shown.map(({ column }) => (
              <Th key={column}>{column}</Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, LIMIT).map((row) => (
            <Tr key={row.join(" ")}>
              {shown.map(({ column, at }) => (
                <Td key={column} className="h-8 py-1 font-mono text-xs whitespace-nowrap">
                  {row[at]}
                  {column === "MAC" && row[who] ? (
                    <span className="block font-sans whitespace-normal text-muted">{row[who]}</span>
                  ) : null}
                </Td>
              ))}
            </Tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
