import { describe, expect, it } from "vitest";
import { emptyRun, reduce, type RunEvent, type RunFact } from "@orleans-agents/client";
import { Script } from "../../typescript/test/run.ts";
import { attemptTime, stepTime, timeText } from "../src/steps/clock.ts";
import { callsOfKind, callsText } from "../src/steps/counts.ts";
import { filteredFacts, stepOfFact, typesOf } from "../src/runs/events.ts";
import { everyStep, filtered, saidOf } from "../src/runs/filters.ts";
import { placeOf, runHref } from "../src/runs/place.ts";
import { pathOf, placeIn, ticksOf, zoomed } from "../src/runs/scale.ts";
import { segmentsOf, standingSegments, sumsOf } from "../src/runs/segments.ts";
import { Trace } from "../src/runs/trace.ts";

const second = (n: number) => Date.parse("2026-01-01T00:00:00Z") + n * 1000;
const now = second(59);

/** The event at place n comes at second n. */
function traced({ id, events }: Script) {
  const trace = new Trace();
  let run = emptyRun(id);
  for (const event of events as RunEvent[]) {
    const next = reduce(run, event);
    if (next.head !== run.head) trace.take(event as RunFact, next);
    run = next;
  }
  const bar = (step: number) =>
    segmentsOf(run.steps.find((s) => s.step === step)!, trace.marks.get(step) ?? [], trace.pauses, now).map((s) => [s.kind, (s.from - second(0)) / 1000, (s.to - second(0)) / 1000]);
  return { trace, run, bar };
}

describe("A step's bar", () => {
  it("has its attempts and the wait for a retry between them", () => {
    const { bar } = traced(new Script().created().model(1).failed(1, 1, { retryAt: "2026-01-01T00:00:05Z" }).model(1, 2).answered(1, "Yes.", [], 2).completed("Yes."));
    expect(bar(1)).toEqual([["queued", 2, 3], ["failed", 3, 4], ["retry", 4, 5], ["done", 5, 6]]);
  });

  it("begins when the call was asked for, with the time that it was queued", () => {
    const { bar } = traced(new Script().created().model(1).answered(1, "", ["search", "search"]).tool(2, "call_1_1").result("call_1_1").tool(3, "call_1_2"));
    expect(bar(2)).toEqual([["queued", 4, 5], ["done", 5, 6]]);
    expect(bar(3)).toEqual([["queued", 4, 7], ["running", 7, 59]]);
  });

  it("shows a pause in a wait in its own kind, and not in an attempt that goes on meanwhile", () => {
    const waiting = traced(new Script().created().model(1).failed(1, 1, { retryAt: "x" }).paused().resumed().model(1, 2));
    expect(waiting.bar(1)).toEqual([["queued", 2, 3], ["failed", 3, 4], ["retry", 4, 5], ["paused", 5, 6], ["retry", 6, 7], ["running", 7, 59]]);
    const working = traced(new Script().created().model(1).paused("user", "step").answered(1, "Yes."));
    expect(working.bar(1)).toEqual([["queued", 2, 3], ["done", 3, 5]]);
  });

  it("shows how long somebody was asked, and what followed", () => {
    const s = new Script().created().model(1).answered(1, "", ["search"]).tool(2, "call_1_1").asks("call_1_1").decided("call_1_1", "retry").tool(2, "call_1_1", 2).result("call_1_1");
    expect(traced(s).bar(2)).toEqual([["queued", 4, 5], ["failed", 5, 6], ["decision", 6, 7], ["retry", 7, 8], ["done", 8, 9]]);
  });

  it("shows that the model was not asked, also before the first attempt", () => {
    expect(traced(new Script().created().held("provider", "2026-01-01T00:00:09Z").model(1).answered(1, "Yes.")).bar(1)).toEqual([["queued", 2, 3], ["retry", 3, 4], ["done", 4, 5]]);
  });

  it("of a call that was never made is empty once it is refused, and ends with the run at the latest", () => {
    const refused = traced(new Script().created().model(1).answered(1, "", ["nothing"]).toolFailed("call_1_1", { attempt: 0 }));
    expect(refused.bar(2)).toEqual([["queued", 4, 5]]);
    const cancelled = traced(new Script().created().model(1).answered(1, "", ["search"]).tool(2, "call_1_1").cancelling().cancelled());
    expect(cancelled.bar(2)).toEqual([["queued", 4, 5], ["running", 5, 7]]);
  });

  it("adds up to the time of each kind", () => {
    expect(sumsOf([{ kind: "retry", from: 0, to: 5 }, { kind: "done", from: 5, to: 6 }, { kind: "retry", from: 6, to: 7 }])).toEqual([{ kind: "retry", ms: 6 }, { kind: "done", ms: 1 }]);
  });
});

describe("The run's own bar", () => {
  it("follows its status", () => {
    const { trace } = traced(new Script().created().model(1).failed(1, 1, { retryAt: "2026-01-01T00:00:09Z" }).paused().resumed().model(1, 2).answered(1, "Yes.", [], 2).completed("Yes."));
    expect(standingSegments(trace.standings, now).map((s) => [s.kind, (s.from - second(0)) / 1000, (s.to - second(0)) / 1000])).toEqual([
      ["queued", 1, 2], ["done", 2, 4], ["retry", 4, 5], ["paused", 5, 6], ["retry", 6, 7], ["done", 7, 9],
    ]);
  });
});

describe("The one clock", () => {
  const { run } = traced(new Script().created().model(1).failed(1, 1, { retryAt: "x" }).model(1, 2).answered(1, "", ["search", "search"], 2).tool(2, "call_1_1").result("call_1_1").tool(3, "call_1_2").toolFailed("call_1_2", {}));

  it("counts an attempt from its started to its ended event, and no wait", () => {
    expect(run.steps.map((s) => stepTime(s, now))).toEqual([2000, 1000, 1000]);
    expect(attemptTime({ startedAt: "2026-01-01T00:00:50Z" }, now)).toBe(9000);
    expect(stepTime({ step: 9, kind: "tool", status: "planned", attempts: [] }, now)).toBeUndefined();
  });

  it("goes on in whole seconds while an attempt is open", () => {
    expect([timeText(58), timeText(0.2), timeText(2400, true), timeText(300, true)]).toEqual(["58 ms", "under 1 ms", "2 s", "under 1 s"]);
  });

  it("counts a failed call as a call", () => {
    expect(run.usage.toolCalls).toBe(1);
    expect(callsText(callsOfKind(run.steps, "tool"))).toBe("2 (1 failed)");
    expect(callsText(callsOfKind(run.steps, "model"))).toBe("1 (1 tried again)");
  });
});

describe("The steps that are shown", () => {
  const { run } = traced(new Script().created().model(1).answered(1, "I look.", ["search", "search"]).tool(2, "call_1_1").result("call_1_1", "A <b>zebra</b>").tool(3, "call_1_2").toolFailed("call_1_2", {}).model(4).answered(4, "Striped."));
  const shown = (change: object) => filtered(run.steps, saidOf(run), { ...everyStep, ...change }, now).map((s) => s.step);

  it("are found by what went in, came out or failed", () => {
    expect([shown({ text: "ZEBRA" }), shown({ text: "striped" }), shown({ text: "no." }), shown({ text: "search" })]).toEqual([[2], [4], [3], [2, 3]]);
  });

  it("are those of a kind, the failed or the slowest", () => {
    expect([shown({ kind: "model" }), shown({ failedOnly: true }), shown({})]).toEqual([[1, 4], [3], [1, 2, 3, 4]]);
    const slow = run.steps.map((s) => (s.step === 2 ? { ...s, attempts: [{ ...s.attempts[0]!, endedAt: "2026-01-01T00:00:40Z" }] } : s));
    expect(filtered(slow, saidOf(run), { ...everyStep, kind: "tool", slowOnly: true }, now).map((s) => s.step)).toEqual([2]);
  });
});

describe("The scale", () => {
  it("has round times, as exact as they must be", () => {
    expect(ticksOf({ from: 1000, to: 31_000 }, 1000, 6).map((t) => t.text)).toEqual(["0", "5 s", "10 s", "15 s", "20 s", "25 s", "30 s"]);
    expect(ticksOf({ from: 2014, to: 2024 }, 1000, 5).map((t) => t.text)).toEqual(["1.014 s", "1.016 s", "1.018 s", "1.020 s", "1.022 s", "1.024 s"]);
    expect(ticksOf({ from: 0, to: 7_200_000 }, 0, 3).map((t) => t.text)).toEqual(["0", "1 h", "2 h"]);
  });

  it("draws only what is in its range, and nothing too thin to be seen", () => {
    const range = { from: 0, to: 1000 };
    expect([placeIn({ from: 100, to: 300 }, range), placeIn({ from: 500, to: 500 }, range), placeIn({ from: 1001, to: 2000 }, range)]).toEqual([{ x: 100, width: 200 }, { x: 500, width: 2 }, undefined]);
    expect(placeIn({ from: -500, to: 5000 }, range)).toEqual({ x: 0, width: 1000 });
    expect(pathOf([{ from: 0, to: 10 }, { from: 20, to: 30 }, { from: 2000, to: 3000 }], range)).toBe("M0 0h10v1h-10zM20 0h10v1h-10z");
  });

  it("zooms around a moment and never out of the run", () => {
    const whole = { from: 0, to: 1000 };
    expect(zoomed(whole, whole, 0.5)).toEqual({ from: 250, to: 750 });
    expect(zoomed({ from: 900, to: 1000 }, whole, 2)).toEqual({ from: 800, to: 1000 });
    expect(zoomed({ from: 100, to: 110 }, whole, 0.5)).toEqual({ from: 100, to: 110 });
    expect(zoomed(whole, whole, 4)).toEqual(whole);
  });
});

describe("The events", () => {
  const { trace, run } = traced(new Script().created().model(1).answered(1, "Yes.", ["search"]).tool(2, "call_1_1").result("call_1_1", "A zebra"));
  it("are counted by type, and found by type and text", () => {
    expect(typesOf(trace.facts)).toContainEqual({ type: "tool.started", count: 1 });
    expect(filteredFacts(trace.facts, "run.started", "").map((f) => f.seq)).toEqual([2]);
    expect(filteredFacts(trace.facts, "", "zebra").map((f) => f.seq)).toEqual([6]);
  });

  it("lead to their step, also by the call that they name", () => {
    expect([stepOfFact(trace.facts[2]!, run.steps), stepOfFact(trace.facts[5]!, run.steps), stepOfFact(trace.facts[0]!, run.steps)]).toEqual([1, 2, undefined]);
  });
});

describe("The address of a run", () => {
  it("names the run and perhaps a step; everything else leads elsewhere", () => {
    expect(["#/runs", "#/r/run_abc", "#/r/run_abc?step=12", "#/r/run_abc?step=-1", "#/r/<img>", "#/t/thr_1", ""].map(placeOf)).toEqual([
      {}, { runId: "run_abc" }, { runId: "run_abc", step: 12 }, { runId: "run_abc" }, undefined, undefined, undefined,
    ]);
    expect(placeOf(runHref("run_abc", 3))).toEqual({ runId: "run_abc", step: 3 });
  });
});
