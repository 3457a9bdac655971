import { memo, type ReactNode } from "react";
import type { Nodes, Table, TableCell, TableRow } from "mdast";
import { Copy } from "../Copy.tsx";
import { cellOf } from "../delimited.ts";
import { Pager } from "../value/Pager.tsx";

interface Props {
  table: Table;
  cell: (cell: TableCell) => ReactNode;
}

/** A table scrolls in its own box, and a long one has pages. */
export const TableBox = memo(function TableBox({ table, cell }: Props) {
  const [head, ...rows] = table.children;
  const row = (row: TableRow, Cell: "th" | "td") => row.children.map((c, i) => {
    const align = table.align?.[i];
    return <Cell key={i} className={align ? `to-${align}` : undefined} dir="auto">{cell(c)}</Cell>;
  });
  return (
    <div className="table-box">
      <Pager items={rows} size={200} what="rows">
        {(page, from) => (
          <div className="table" tabIndex={0} role="region" aria-label="Table">
            <table>
              {head && <thead><tr>{row(head, "th")}</tr></thead>}
              <tbody>{page.map((r, i) => <tr key={from + i}>{row(r, "td")}</tr>)}</tbody>
            </table>
          </div>
        )}
      </Pager>
      <Copy what="table" text={() => table.children.map((r) => r.children.map((c) => cellOf(textOf(c))).join("\t")).join("\n")} />
    </div>
  );
});

const textOf = (node: Nodes): string => ("children" in node ? node.children.map(textOf).join("") : "value" in node ? node.value : "alt" in node ? node.alt ?? "" : "");
