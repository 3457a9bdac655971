import { Pager } from "./Pager.tsx";
import type { Row } from "./shape.ts";

/** A list of flat objects as a table. */
export function Rows({ columns, rows, label }: { columns: string[]; rows: Row[]; label: string }) {
  return (
    <Pager items={rows} size={50} what="rows">
      {(page, from) => (
        <div className="table" tabIndex={0} role="region" aria-label={label}>
          <table>
            <thead><tr>{columns.map((c) => <th key={c} scope="col">{c}</th>)}</tr></thead>
            <tbody>
              {page.map((row, i) => <tr key={from + i}>{columns.map((c) => <td key={c} className={typeof row[c] === "number" ? "to-right" : undefined} dir="auto">{shown(row[c])}</td>)}</tr>)}
            </tbody>
          </table>
        </div>
      )}
    </Pager>
  );
}

function shown(cell: Row[string] | undefined): string {
  const text = cell === undefined ? "" : String(cell);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
