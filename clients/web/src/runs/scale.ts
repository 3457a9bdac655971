import type { Interval } from "./trace.ts";

/** The time that is shown, in milliseconds of the clock. */
export interface Range {
  from: number;
  to: number;
}

/** Units across a drawing. A path in them is as wide as the element that it is in. */
export const Width = 1000;

/** What is drawn of a time: at least as wide as can be seen. Undefined outside of the range. */
export function placeIn({ from, to }: Required<Interval>, range: Range): { x: number; width: number } | undefined {
  if (to < range.from || from > range.to) return undefined;
  const scale = Width / Math.max(1, range.to - range.from);
  const x = Math.max(0, (from - range.from) * scale);
  const end = Math.min(Width, (to - range.from) * scale);
  const width = Math.max(2, end - x);
  return { x: Math.min(x, Width - width), width };
}

/** One path for any number of rectangles: the page has one node for each kind and row, whatever a run does. */
export function pathOf(times: Required<Interval>[], range: Range, y = 0, height = 1): string {
  let path = "";
  for (const time of times) {
    const at = placeIn(time, range);
    if (at) path += `M${short(at.x)} ${short(y)}h${short(at.width)}v${short(height)}h-${short(at.width)}z`;
  }
  return path;
}

const short = (n: number) => Math.round(n * 100) / 100;

const Steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5];

/** Round times since the beginning of the run, at most `most` of them. */
export function ticksOf(range: Range, origin: number, most: number): { at: number; text: string }[] {
  const span = Math.max(1, range.to - range.from);
  const step = Steps.find((s) => span / s <= most) ?? Math.ceil(span / most / 864e5) * 864e5;
  const ticks = [];
  for (let at = Math.ceil((range.from - origin) / step) * step; at <= range.to - origin; at += step) {
    ticks.push({ at: origin + at, text: tickText(at, step) });
  }
  return ticks;
}

/** As exact as its step. */
function tickText(ms: number, step: number): string {
  if (ms === 0) return "0";
  if (ms < 1000 && step < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(step < 10 ? 3 : step < 100 ? 2 : step < 1000 ? 1 : 0)} s`;
  const [hours, minutes, seconds] = [Math.floor(ms / 36e5), Math.floor((ms % 36e5) / 6e4), (ms % 6e4) / 1000];
  const parts = [hours ? `${hours} h` : "", minutes ? `${minutes} min` : "", seconds ? `${Number(seconds.toFixed(3))} s` : ""];
  return parts.filter(Boolean).join(" ");
}

/** The range `factor` times as long around a moment, within the whole and never shorter than 10 ms. */
export function zoomed(range: Range, whole: Range, factor: number, around = (range.from + range.to) / 2): Range {
  const span = Math.min(whole.to - whole.from, Math.max(10, (range.to - range.from) * factor));
  const share = (around - range.from) / Math.max(1, range.to - range.from);
  const from = Math.min(Math.max(whole.from, around - span * share), whole.to - span);
  return { from, to: from + span };
}
