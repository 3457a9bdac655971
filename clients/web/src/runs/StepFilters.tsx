import type { Step } from "@orleans-agents/client";
import { timeText } from "../steps/clock.ts";
import { slowFrom, type StepFilter } from "./filters.ts";

interface Props {
  filter: StepFilter;
  onFilter: (filter: StepFilter) => void;
  steps: Step[];
  now: number;
}

/** Which steps are shown. */
export function StepFilters({ filter, onFilter, steps, now }: Props) {
  const set = (change: Partial<StepFilter>) => onFilter({ ...filter, ...change });
  const bound = (kind: Step["kind"]) => {
    const from = slowFrom(steps, kind, now);
    return Number.isFinite(from) ? `${kind} ${timeText(from)}` : "";
  };
  const bounds = filter.slowOnly ? [bound("model"), bound("tool")].filter(Boolean).join(", ") : "";
  return (
    <span className="filters" role="search" aria-label="Filter the steps">
      <input type="search" aria-label="Text in a step" placeholder="Filter steps" value={filter.text} onChange={(e) => set({ text: e.target.value })} />
      <select aria-label="Kind of step" value={filter.kind} onChange={(e) => set({ kind: e.target.value as StepFilter["kind"] })}>
        <option value="all">Model and tool</option>
        <option value="model">Model</option>
        <option value="tool">Tool</option>
      </select>
      <label className="check"><input type="checkbox" checked={filter.failedOnly} onChange={(e) => set({ failedOnly: e.target.checked })} />Failed</label>
      <label className="check" title="The slowest tenth of the steps of a kind">
        <input type="checkbox" checked={filter.slowOnly} onChange={(e) => set({ slowOnly: e.target.checked })} />Slow{bounds && ` (from ${bounds})`}
      </label>
    </span>
  );
}
