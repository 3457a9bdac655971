import { memo, useDeferredValue, useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { RunView, Step } from "@orleans-agents/client";
import { useMedia, useNow } from "../app/hooks.ts";
import { count, isActive } from "../app/words.ts";
import { everyStep, filtered, saidOf } from "./filters.ts";
import { Overview } from "./Overview.tsx";
import { placeIn, ticksOf, zoomed, type Range } from "./scale.ts";
import { segmentsOf } from "./segments.ts";
import { StepFilters } from "./StepFilters.tsx";
import type { Trace } from "./trace.ts";
import { VirtualList } from "./VirtualList.tsx";
import { RunRow, StepRow } from "./WaterfallRow.tsx";

interface Props {
  run: RunView;
  trace: Trace;
  /** 0 is the run itself. */
  chosen: number;
  onChoose: (step: number) => void;
  onOpen: () => void;
}

/** The steps over time. Drawn again when an event has come, and not with the words that a model writes between two. */
export const Waterfall = memo(function Waterfall({ run, trace, chosen, onChoose, onOpen }: Props) {
  const active = isActive(run);
  // An event may be newer than the last tick.
  const now = Math.max(useNow(active), Date.parse(run.updatedAt));
  const narrow = useMedia("(max-width: 760px)");
  const [filter, setFilter] = useState(everyStep);
  const [range, setRange] = useState<Range>();
  const [follow, setFollow] = useState(false);
  const said = useMemo(() => saidOf(run), [run.head]);
  const sought = useDeferredValue(filter);
  const steps = useMemo(() => filtered(run.steps, said, sought, now), [run.steps, said, sought, sought.slowOnly && now]);
  const began = Date.parse(run.createdAt);
  const ended = Math.max(began + 1, run.endedAt ? Date.parse(run.endedAt) : now);
  const whole = useMemo(() => ({ from: began, to: ended }), [began, ended]);
  const shown = range ?? whole;
  const ticks = ticksOf(shown, began, narrow ? 3 : 8);
  const lines = ticks.map(({ at }) => `M${placeIn({ from: at, to: at }, shown)?.x ?? 0} 0v1`).join("");
  const zoom = (to: Range) => setRange(to.to - to.from >= whole.to - whole.from ? undefined : to);
  const index = chosen === 0 ? 0 : steps.findIndex((s) => s.step === chosen) + 1 || -1;
  const keys = useZoomKeys(shown, whole, zoom, () => spanOf(run.steps.find((s) => s.step === chosen), trace, now));
  const host = useRef<HTMLDivElement>(null);
  useWheelZoom(host, shown, whole, zoom);

  return (
    <div className="waterfall" ref={host}>
      <div className="tools">
        <StepFilters filter={filter} onFilter={setFilter} steps={run.steps} now={now} />
        <p className="note" role="status">{steps.length === run.steps.length ? `${count(steps.length)} steps` : `${count(steps.length)} of ${count(run.steps.length)} steps`}</p>
        {active && <label className="check"><input type="checkbox" checked={follow} onChange={(e) => setFollow(e.target.checked)} />Follow</label>}
        <span className="zoom" role="group" aria-label="Zoom">
          <button type="button" className="quiet" aria-label="Zoom in" title="Zoom in (+)" onClick={() => zoom(zoomed(shown, whole, 0.5))}>+</button>
          <button type="button" className="quiet" aria-label="Zoom out" title="Zoom out (−)" disabled={!range} onClick={() => zoom(zoomed(shown, whole, 2))}>−</button>
          <button type="button" className="quiet" title="Show the whole run (0)" disabled={!range} onClick={() => setRange(undefined)}>Fit</button>
        </span>
      </div>
      <Overview steps={run.steps} trace={trace} head={run.head} whole={whole} range={range} now={now} onRange={zoom} />
      <div className="axis" aria-hidden="true">
        <span>Step</span>
        <span className="ticks">{ticks.map(({ at, text }) => ({ text, left: ((at - shown.from) / (shown.to - shown.from)) * 100 })).filter((t) => t.left < 95).map(({ text, left }) => <i key={text} style={{ left: `${left}%` }}>{text}</i>)}</span>
      </div>
      <VirtualList
        label="Steps over time"
        keys="The arrow keys choose a step, Enter opens it. Plus and minus zoom, 0 shows the whole run, Z the chosen step, left and right move along."
        count={steps.length + 1}
        rowHeight={narrow ? 52 : 32}
        chosen={index}
        onChoose={(i) => onChoose(i === 0 ? 0 : steps[i - 1]!.step)}
        onOpen={onOpen}
        onKey={keys}
        follow={follow && active}
      >
        {(i) => i === 0
          ? <RunRow run={run} standings={trace.standings} now={now} range={shown} lines={lines} />
          : <StepRow step={steps[i - 1]!} trace={trace} head={run.head} now={now} range={shown} lines={lines} />}
      </VirtualList>
    </div>
  );
}, (a, b) => a.run.head === b.run.head && a.trace === b.trace && a.chosen === b.chosen);

/** From when a step was due to its end. */
function spanOf(step: Step | undefined, trace: Trace, now: number): Range | undefined {
  const segments = step ? segmentsOf(step, trace.marks.get(step.step) ?? [], trace.pauses, now) : [];
  return segments.length > 0 ? { from: segments[0]!.from, to: segments.at(-1)!.to } : undefined;
}

/** + and − zoom, 0 shows the whole run, Z the chosen step, and left and right move along. */
const useZoomKeys = (shown: Range, whole: Range, zoom: (range: Range) => void, chosen: () => Range | undefined) => (e: KeyboardEvent): boolean => {
  const move = (by: number) => {
    const to = (shown.to - shown.from) * by;
    const by2 = Math.min(Math.max(to, whole.from - shown.from), whole.to - shown.to);
    zoom({ from: shown.from + by2, to: shown.to + by2 });
  };
  switch (e.key) {
    case "+": case "=": zoom(zoomed(shown, whole, 0.5)); return true;
    case "-": zoom(zoomed(shown, whole, 2)); return true;
    case "0": zoom(whole); return true;
    case "ArrowLeft": move(-0.2); return true;
    case "ArrowRight": move(0.2); return true;
    case "z": {
      const span = chosen();
      if (span) zoom(zoomed({ from: span.from, to: Math.max(span.to, span.from + 1) }, whole, 1.2));
      return true;
    }
    default: return false;
  }
};

/** Ctrl and the wheel zoom around the pointer, as on a map. React's own wheel events cannot keep the page from zooming. */
function useWheelZoom(host: React.RefObject<HTMLElement | null>, shown: Range, whole: Range, zoom: (range: Range) => void) {
  const act = useRef((_: WheelEvent) => {});
  act.current = (e) => {
    const track = (e.target as Element).closest(".virtual-row, .overview")?.querySelector("svg")?.getBoundingClientRect();
    if (!e.ctrlKey || !track) return;
    e.preventDefault();
    const share = Math.min(1, Math.max(0, (e.clientX - track.left) / track.width));
    zoom(zoomed(shown, whole, e.deltaY < 0 ? 0.7 : 1.4, shown.from + share * (shown.to - shown.from)));
  };
  useEffect(() => {
    const wheel = (e: WheelEvent) => act.current(e);
    const it = host.current!;
    it.addEventListener("wheel", wheel, { passive: false });
    return () => it.removeEventListener("wheel", wheel);
  }, [host]);
}
