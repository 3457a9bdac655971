import { memo, useCallback, useContext, useEffect, useLayoutEffect, useRef, useState } from "react";
import { anchorOf } from "../app/places.ts";
import { Drawn } from "./Drawn.tsx";
import type { Row } from "./rows.ts";
import { ViewportContext } from "./Viewport.tsx";

/** So many rows come and go together. */
const size = 8;
/** What a row is taken to be high before it was ever drawn. */
const guess = 120;
/** So far outside the viewport rows are drawn ahead, so that neither scrolling nor the Tab key meets a gap. */
const margin = "1500px 0px";

/** A long conversation: only rows in sight, and near it, are in the document. What is out of sight keeps its height. */
export function Blocks({ rows }: { rows: Row[] }) {
  const count = Math.ceil(rows.length / size);
  return Array.from({ length: count }, (_, n) => <Block key={n} rows={rows.slice(n * size, (n + 1) * size)} first={n * size + 1} newest={n >= count - 2} />);
}

interface Props {
  rows: Row[];
  /** The number of the first row, from 1. */
  first: number;
  /** Where reading begins: drawn without waiting to be seen. */
  newest: boolean;
}

const same = (a: Props, b: Props) => a.newest === b.newest && a.rows.length === b.rows.length && a.rows.every((row, n) => row === b.rows[n]);

const Block = memo(function Block({ rows, first, newest }: Props) {
  const { element, measure } = useContext(ViewportContext);
  const block = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState(newest);
  const height = useRef(rows.length * guess);
  const wanted = useRef<string>(undefined);

  useLayoutEffect(() => measure(block.current!), [measure]);

  useEffect(() => {
    if (!element) return;
    const sight = new IntersectionObserver(([entry]) => {
      if (entry!.isIntersecting) return setDrawn(true);
      if (isUsed(block.current!)) return;
      height.current = block.current!.getBoundingClientRect().height;
      setDrawn(false);
    }, { root: element, rootMargin: margin });
    sight.observe(block.current!);
    return () => sight.disconnect();
  }, [element]);

  // Somebody went to a turn that was not drawn: the focus goes on to the turn itself.
  const show = useCallback((id: string) => {
    wanted.current = id;
    setDrawn(true);
  }, []);
  useLayoutEffect(() => {
    if (!drawn || wanted.current === undefined) return;
    const turn = document.getElementById(wanted.current);
    wanted.current = undefined;
    turn?.focus({ preventScroll: true });
    turn?.scrollIntoView({ block: "start" });
  }, [drawn]);

  return (
    <div ref={block} className="block" style={drawn ? undefined : { height: height.current }}>
      {drawn ? rows.map((row) => <Drawn key={row.key} row={row} />) : <Absent rows={rows} first={first} show={show} />}
    </div>
  );
}, same);

/** What the keyboard or a selection is in stays as it is. */
function isUsed(block: HTMLElement): boolean {
  const selection = getSelection();
  return block.contains(document.activeElement) || (selection !== null && !selection.isCollapsed && selection.containsNode(block, true));
}

function Absent({ rows, first, show }: { rows: Row[]; first: number; show: (id: string) => void }) {
  return (
    <>
      <p className="unseen">Messages {first} to {first + rows.length - 1} are drawn when they are scrolled to.</p>
      {rows.map((row) => row.kind === "user" && row.turn !== undefined && (
        <span key={row.key} id={anchorOf(row.turn)} tabIndex={-1} onFocus={(e) => show(e.currentTarget.id)} />
      ))}
    </>
  );
}
