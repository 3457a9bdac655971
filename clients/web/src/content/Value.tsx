import { memo, useMemo, useState } from "react";
import { count } from "../app/words.ts";
import { Copy } from "./Copy.tsx";
import { Rows } from "./value/Rows.tsx";
import { isSmall, shapeOf, textOf } from "./value/shape.ts";
import { Tree } from "./value/Tree.tsx";

interface Props {
  value: unknown;
  label: string;
}

/** A value by its type: a text, a table for a list of flat objects, a tree that folds for any other JSON. */
export const Value = memo(function Value({ value, label }: Props) {
  const shape = useMemo(() => shapeOf(value), [value]);
  return (
    <div className="value">
      {shape.kind === "text" ? <LongLines text={shape.text} label={label} />
        : shape.kind === "table" ? <div className="json"><Rows columns={shape.columns} rows={shape.rows} label={label} /></div>
        : <div className="json tree" role="group" tabIndex={0} aria-label={label}><Tree value={shape.value} unfold={isSmall(shape.value) ? 4 : 1} /></div>}
      <Copy what={label} text={() => textOf(value)} />
    </div>
  );
});

const Long = 20_000;

function LongLines({ text, label }: { text: string; label: string }) {
  const [whole, setWhole] = useState(false);
  const cut = text.length > Long && !whole;
  return (
    <>
      <pre className="json" tabIndex={0} aria-label={label} dir="auto">{cut ? `${text.slice(0, Long)}…` : text}</pre>
      {cut && <p className="more"><button type="button" className="quiet" onClick={() => setWhole(true)}>Show all {count(Math.ceil(text.length / 1024))} KB</button></p>}
    </>
  );
}
