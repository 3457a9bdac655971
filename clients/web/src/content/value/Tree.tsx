import { useState } from "react";
import { Pager } from "./Pager.tsx";

interface Props {
  name?: string;
  value: unknown;
  /** How many levels are unfolded at first. */
  unfold: number;
}

/** A part of a JSON value, with its parts below it. What is folded is not in the document. */
export function Tree({ name, value, unfold }: Props) {
  const [open, setOpen] = useState(unfold > 0);
  if (typeof value !== "object" || value === null) return <Leaf name={name} value={value} />;
  const parts = Object.entries(value);
  if (parts.length === 0) return <div className="leaf"><Name name={name} />{Array.isArray(value) ? "[ ]" : "{ }"}</div>;
  return (
    <details open={open} onToggle={(e) => { if (e.target === e.currentTarget) setOpen(e.currentTarget.open); }}>
      <summary><Name name={name} /><span className="size">{sizeOf(value, parts)}</span></summary>
      {open && (
        <div className="parts">
          <Pager items={parts} size={100} what="entries">
            {(page) => page.map(([key, part]) => <Tree key={key} name={key} value={part} unfold={unfold - 1} />)}
          </Pager>
        </div>
      )}
    </details>
  );
}

const Name = ({ name }: { name?: string }) => (name === undefined ? null : <><span className="key">{name.length > 100 ? `${name.slice(0, 100)}…` : name}</span>: </>);

function sizeOf(value: object, parts: [string, unknown][]): string {
  if (Array.isArray(value)) return `[ ${parts.length} ${parts.length === 1 ? "item" : "items"} ]`;
  const names = parts.slice(0, 4).map(([name]) => name.slice(0, 30)).join(", ");
  return `{ ${names}${parts.length > 4 ? ", …" : ""} }`;
}

const Long = 400;

function Leaf({ name, value }: { name?: string; value: unknown }) {
  const [whole, setWhole] = useState(false);
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  const cut = text.length > Long && !whole;
  return (
    <div className="leaf">
      <Name name={name} />
      <span className={value === null ? "null" : typeof value} dir="auto">{cut ? `${text.slice(0, Long)}…` : text}</span>
      {cut && <> <button type="button" className="link" onClick={() => setWhole(true)}>Show all</button></>}
    </div>
  );
}
