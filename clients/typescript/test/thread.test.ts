import { describe, expect, it } from "vitest";
import { activeRun, emptyThread, reduceThread, type ThreadEvent, type ThreadView } from "../src/index.js";
import { Script } from "./run.js";

const threadId = "thr_test";
let seq = 0;
const fact = (type: string, data: object) => ({ threadId, seq: ++seq, at: "2026-01-01T00:00:00Z", type, data }) as unknown as ThreadEvent;
const fold = (events: ThreadEvent[], from: ThreadView = emptyThread(threadId)) => events.reduce(reduceThread, from);

function twoTurns(): ThreadEvent[] {
  seq = 0;
  const first = new Script("run_1").created("One?").model(1).answered(1, "One.").completed("One.");
  const second = new Script("run_2").created("Two?").model(1).says(0, "Tw");
  return [
    fact("thread.created", { title: "Numbers" }),
    fact("turn.accepted", { turn: 1, runId: "run_1", messageId: "m0", agent: "docs", input: "One?" }),
    ...first.events,
    fact("turn.ended", { turn: 1, runId: "run_1", status: "completed" }),
    fact("turn.accepted", { turn: 2, runId: "run_2", messageId: "m0", agent: "docs", input: "Two?" }),
    ...second.events,
  ];
}

describe("A thread", () => {
  it("holds its turns in order, each with the fold of its run", () => {
    const t = fold(twoTurns());
    expect(t.title).toBe("Numbers");
    expect(t.turns.map((x) => [x.turn, x.run.status, x.ended])).toEqual([[1, "completed", "completed"], [2, "running", undefined]]);
    expect(activeRun(t)?.id).toBe("run_2");
  });

  it("is idle between turns", () => expect(activeRun(fold(twoTurns().slice(0, 8)))).toBeUndefined());

  it("takes nothing twice, from wherever it is read again", () => {
    const events = twoTurns();
    const whole = fold(events);
    for (let n = 0; n <= events.length; n++) expect(fold(events, fold(events.slice(0, n)))).toEqual(whole);
  });

  it("says what is missing: a fact of its own, a run's event, or a whole run", () => {
    const events = twoTurns();
    expect(fold([events[0]!, events[7]!]).missing).toEqual({ after: 1 });
    expect(fold([...events.slice(0, 3), events[4]!]).missing).toEqual({ after: 2, runId: "run_1" });
    expect(fold([events[0]!, events[2]!]).missing).toEqual({ after: 1, runId: "run_1" });
  });

  it("shows a message that waits until a run has it", () => {
    const events = twoTurns();
    const accepted = fact("message.accepted", { messageId: "m1", delivery: "queue", agent: "docs", input: "And three?" });
    expect(fold([...events, accepted]).queued).toMatchObject([{ messageId: "m1", input: "And three?", delivery: "queue" }]);
    const delivered = fact("message.delivered", { messageId: "m1", runId: "run_2" });
    expect(fold([...events, accepted, delivered]).queued).toEqual([]);
  });

  it("that could not start a turn's run says why", () => {
    seq = 0;
    const t = fold([
      fact("turn.accepted", { turn: 1, runId: "run_1", messageId: "m0", agent: "gone", input: "One?" }),
      fact("turn.ended", { turn: 1, runId: "run_1", status: "failed", error: { code: "agent_not_found", message: "There is no agent gone." } }),
    ]);
    expect(t.turns[0]!.run).toMatchObject({ status: "failed", error: { code: "agent_not_found" } });
  });

  it("knows the version of its memory, and when to ask for it again", () => {
    const heads = twoTurns().map(() => ({ version: 0, seq: 0 }));
    const events = [
      ...twoTurns(),
      fact("memory.compacted", { version: 1, by: "extractive", level: 0, fromTurn: 1, throughTurn: 1, tokensBefore: 900, tokensAfter: 80, dropped: [] }),
      fact("memory.failed", { code: "blank", message: "It was blank.", attempt: 1 }),
      fact("memory.restored", { version: 2, restored: 0, by: "local" }),
      fact("memory.forgotten", { version: 3, turn: 1 }),
    ];
    heads.push({ version: 1, seq: 5 }, { version: 1, seq: 6 }, { version: 2, seq: 7 }, { version: 3, seq: 8 });
    expect(events.map((_, n) => fold(events.slice(0, n + 1)).memory)).toEqual(heads);
  });

  it("shows a message that waits as it was edited, and no longer once it was removed", () => {
    const events = [
      ...twoTurns(),
      fact("message.accepted", { messageId: "m1", delivery: "queue", agent: "docs", input: "And three?" }),
      fact("message.accepted", { messageId: "m2", delivery: "queue", agent: "docs", input: "And four?" }),
      fact("message.edited", { messageId: "m1", input: "And 3?" }),
      fact("message.removed", { messageId: "m2" }),
    ];
    expect(fold(events).queued.map((m) => [m.messageId, m.input])).toEqual([["m1", "And 3?"]]);
  });

  it("has the title, the pin and the archive that it was given last", () => {
    const told = [{ title: "One" }, { pinned: true }, { archived: true, title: "Two" }, { pinned: false }].map((data) => fact("thread.changed", { ...data, by: { tenant: "t", user: "u" } }));
    seq = 0;
    const events = [fact("thread.created", { title: "Numbers" }), ...told.map((e, n) => ({ ...e, seq: n + 2 }) as ThreadEvent)];
    expect(events.map((_, n) => fold(events.slice(0, n + 1))).map(({ title, pinned, archived }) => [title, pinned, archived])).toEqual([
      ["Numbers", undefined, undefined], ["One", undefined, undefined], ["One", true, undefined], ["Two", true, true], ["Two", false, true],
    ]);
    const next = fact("turn.accepted", { turn: 1, runId: "run_1", messageId: "m0", agent: "docs", input: "One?" });
    expect(fold([...events, { ...next, seq: 6 } as ThreadEvent])).toMatchObject({ title: "Two", archived: false });
  });

  it("passes by what it does not know", () => {
    const events = twoTurns();
    expect(fold([...events, fact("thread.renamed", { title: "X" })])).toMatchObject({ head: 5, title: "Numbers" });
  });

  it("begins anew at a gap", () => {
    expect(reduceThread(fold(twoTurns()), { type: "gap", threadId, data: { cursor: "9:9" } })).toEqual(emptyThread(threadId));
  });
});
