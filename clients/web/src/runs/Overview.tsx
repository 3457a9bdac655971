import { memo, useMemo, useRef, useState, type PointerEvent } from "react";
import type { Step } from "@orleans-agents/client";
import { placeIn, pathOf, Width, type Range } from "./scale.ts";
import { Kinds, segmentsOf, type Kind, type Segment } from "./segments.ts";
import type { Trace } from "./trace.ts";

interface Props {
  steps: Step[];
  trace: Trace;
  /** The seq of the newest event: what was drawn of an older one is out of date. */
  head: number;
  whole: Range;
  range?: Range;
  now: number;
  onRange: (range: Range) => void;
}

/** The whole run at a glance. A range is chosen by drawing over it; the keyboard has + and − on the list. */
export function Overview({ steps, trace, head, whole, range, now, onRange }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number }>();
  const pieces = useMemo(() => piecesOf(steps, trace, now), [steps, trace, head, now]);
  const at = (e: PointerEvent) => {
    const { left, width } = svg.current!.getBoundingClientRect();
    return whole.from + Math.min(1, Math.max(0, (e.clientX - left) / width)) * (whole.to - whole.from);
  };
  const seen = drag ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) } : range;
  const window = seen && placeIn(seen, whole);
  return (
    <div className="overview">
      <Legend pieces={pieces} />
      <svg
        ref={svg}
        viewBox={`0 0 ${Width} 1`}
        preserveAspectRatio="none"
        aria-hidden="true"
        onPointerDown={(e) => {
          if (e.button !== 0) return;
          e.currentTarget.setPointerCapture(e.pointerId);
          setDrag({ from: at(e), to: at(e) });
        }}
        onPointerMove={(e) => drag && setDrag({ ...drag, to: at(e) })}
        onPointerUp={() => {
          if (drag && seen) onRange(seen.to - seen.from > (whole.to - whole.from) / 200 ? seen : whole);
          setDrag(undefined);
        }}
        onPointerCancel={() => setDrag(undefined)}
      >
        <Picture pieces={pieces} from={whole.from} to={whole.to} count={steps.length} />
        {window && <path className="outside" d={`M0 0h${window.x}v1H0zM${window.x + window.width} 0H${Width}v1H${window.x + window.width}z`} />}
      </svg>
    </div>
  );
}

type Pieces = Map<Kind, { segment: Segment; y: number }[]>;

/** Every piece of every step, with its place from the top. */
function piecesOf(steps: Step[], trace: Trace, now: number): Pieces {
  const all: Pieces = new Map();
  steps.forEach((step, i) => {
    for (const segment of segmentsOf(step, trace.marks.get(step.step) ?? [], trace.pauses, now)) {
      const of = all.get(segment.kind);
      const piece = { segment, y: i / steps.length };
      if (of) of.push(piece);
      else all.set(segment.kind, [piece]);
    }
  });
  return all;
}

const Picture = memo(function Picture({ pieces, from, to, count }: { pieces: Pieces; from: number; to: number; count: number }) {
  const height = Math.max(0.06, 1 / Math.max(1, count));
  return Kinds.map(({ kind }) => {
    const of = pieces.get(kind);
    return of && <path key={kind} className={`bar-piece ${kind}`} d={of.map(({ segment, y }) => pathOf([segment], { from, to }, Math.min(y, 1 - height), height)).join("")} />;
  });
});

/** The kinds that this run has. */
const Legend = memo(function Legend({ pieces }: { pieces: Pieces }) {
  return (
    <ul className="legend" aria-label="What the shades mean">
      {Kinds.filter(({ kind }) => pieces.has(kind)).map(({ kind, name }) => <li key={kind}><i className={`key ${kind}`} aria-hidden="true" />{name}</li>)}
    </ul>
  );
});
