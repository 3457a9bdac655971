import { describe, expect, it } from "vitest";
import { callsOf, emptyRun, fold, reduce, wholeCharacters, type AssistantMessage, type RunView } from "../src/index.js";
import { runId, Script } from "./run.js";

const view = (script: Script) => fold(runId, script.events);
const answers = (v: RunView) => v.messages.filter((m): m is AssistantMessage => m.role === "assistant");
const texts = (v: RunView) => answers(v).map((m) => m.parts.flatMap((p) => (p.kind === "tool" ? [] : [p.text])).join("|"));
const begun = () => new Script().created().model(1);

describe("A run's text", () => {
  it("grows with each delta and is replaced by the recorded answer", () => {
    expect(texts(view(begun().says(0, "Be").says(2, "cause")))).toEqual(["Because"]);
    expect(texts(view(begun().says(0, "Be").answered(1, "Because.")))).toEqual(["Because."]);
  });

  it("is withdrawn when its attempt fails, and the next attempt begins anew", () => {
    const cut = begun().says(0, "Wrong").failed(1, 1, { retryAt: "2026-01-01T00:00:09Z", reason: "retry" });
    expect(texts(view(cut))).toEqual([""]);
    expect(view(cut)).toMatchObject({ status: "waiting", reason: "retry", until: "2026-01-01T00:00:09Z" });
    expect(answers(view(cut))[0]!.failed?.code).toBe("unavailable");

    const again = cut.model(1, 2).says(0, "Right", { attempt: 2 });
    expect(texts(view(again))).toEqual(["Right"]);
    expect(answers(view(again))[0]!.failed).toBeUndefined();
    expect(view(again).steps[0]!.attempts.map((a) => a.outcome)).toEqual(["retrying", "running"]);
  });

  it("ignores a late delta of a withdrawn attempt", () => {
    const script = begun().says(0, "Wrong").failed(1, 1).model(1, 2).says(0, "Right", { attempt: 2 });
    expect(texts(view(script.says(5, " still", { attempt: 1 })))).toEqual(["Right"]);
  });

  it("takes overlapping and repeated deltas once", () => {
    const v = view(begun().says(0, "Because").says(0, "Because").says(3, "ause it").says(8, "it is"));
    expect(texts(v)).toEqual(["Because it is"]);
  });

  it("says what is missing when a delta leaves a hole, and goes on when it is filled", () => {
    const script = begun().says(0, "Be").says(7, " it");
    expect(view(script)).toMatchObject({ missing: { after: 3 } });
    expect(texts(view(script))).toEqual(["Be"]);
    const filled = view(script.says(0, "Because").says(7, " it"));
    expect([texts(filled), filled.missing]).toEqual([["Because it"], undefined]);
  });

  it("counts UTF-16 units: a character that two deltas share is whole again", () => {
    const face = "😀";
    const split = begun().says(0, "a" + face[0]).says(2, face[1]! + "b");
    expect(texts(view(split))).toEqual(["a😀b"]);
    expect(wholeCharacters("a" + face[0])).toBe("a");
    expect(wholeCharacters("a😀")).toBe("a😀");

    const overlap = begun().says(0, "a" + face[0]).says(1, face + "b");
    expect(texts(view(overlap))).toEqual(["a😀b"]);
    expect(texts(view(begun().says(0, "a😀").says(3, "b")))).toEqual(["a😀b"]);
  });

  it("keeps reasoning apart from the answer, with one offset for both", () => {
    const v = view(begun().says(0, "Hm. ", { kind: "reasoning" }).says(4, "Yes"));
    expect(answers(v)[0]!.parts).toEqual([{ kind: "reasoning", text: "Hm. " }, { kind: "text", text: "Yes" }]);
  });

  it("keeps the reference of a text that is too long", () => {
    const long = { ref: "sha256:aa", bytes: 99999, preview: "Once" };
    const v = view(begun().answered(1, [{ type: "text", text: long }]).completed(long));
    expect([v.output, answers(v)[0]!.parts[0]]).toEqual([long, { kind: "text", text: long }]);
  });
});

describe("A run's events", () => {
  const whole = begun().answered(1, "", ["search"]).tool(2, "call_1_1").result("call_1_1").model(3).answered(3, "Done.").completed("Done.");

  it("change nothing when they come twice", () => {
    const v = view(whole);
    for (const event of whole.events) expect(reduce(v, event)).toBe(v);
  });

  it("are not folded over a hole", () => {
    const v = [...whole.events.slice(0, 3), whole.events[4]!].reduce(reduce, emptyRun(runId));
    expect(v).toMatchObject({ head: 3, missing: { after: 3 } });
    expect(whole.events.slice(3).reduce(reduce, v)).toEqual(view(whole));
  });

  it("that the build does not know move the head and nothing else", () => {
    const { head, updatedAt, ...rest } = view(begun().unknown());
    const { head: before, updatedAt: _, ...known } = view(begun());
    expect(head).toBe(before + 1);
    expect(rest).toEqual(known);
    expect(updatedAt).not.toBe("");
  });

  it("fold to the same view from every place", () => {
    for (let n = 0; n <= whole.events.length; n++) {
      const half = whole.events.slice(0, n).reduce(reduce, emptyRun(runId));
      expect(whole.events.reduce(reduce, half)).toEqual(view(whole));
    }
  });

  it("never change a view that was handed out", () => {
    const freeze = (value: unknown): void => {
      if (value === null || typeof value !== "object" || Object.isFrozen(value)) return;
      Object.freeze(value);
      Object.values(value).forEach(freeze);
    };
    let v = emptyRun(runId);
    for (const event of whole.events) {
      freeze(v);
      freeze(event);
      v = reduce(v, event);
    }
    expect(v.status).toBe("completed");
  });

  it("begin anew at a gap", () => {
    expect(reduce(view(whole), { type: "gap", runId, data: { cursor: "99" } })).toEqual(emptyRun(runId));
  });
});

describe("A tool call", () => {
  const asked = () => begun().answered(1, "I look.", ["search", "search"]);
  const lost = () => asked().tool(2, "call_1_1").toolFailed("call_1_1", { outcome: "unknown" });
  const call = (s: Script, n = 0) => callsOf(answers(view(s))[0])[n]!;

  it("stands behind the answer that asks for it, with arguments, result and time", () => {
    expect(call(asked())).toMatchObject({ phase: "planned", step: 2, arguments: { q: 0 } });
    expect(call(asked().tool(2, "call_1_1"))).toMatchObject({ phase: "running", attempt: 1 });
    expect(call(asked().tool(2, "call_1_1").result("call_1_1"))).toMatchObject({ phase: "completed", result: "found", durationMs: 12 });
    expect(call(asked().tool(2, "call_1_1").result("call_1_1"), 1)).toMatchObject({ phase: "planned", step: 3 });
  });

  it("that is tried again waits, and counts its attempts", () => {
    const s = asked().tool(2, "call_1_1").toolFailed("call_1_1", { willRetry: true, retryAt: "2026-01-01T00:00:30Z" });
    expect(call(s)).toMatchObject({ phase: "retrying", error: { code: "failed" } });
    expect(view(s)).toMatchObject({ status: "waiting", reason: "retry", until: "2026-01-01T00:00:30Z" });
    expect(call(s.tool(2, "call_1_1", 2))).toMatchObject({ phase: "running", attempt: 2 });
    expect(view(s).steps[1]!.attempts.map((a) => a.attempt)).toEqual([1, 2]);
  });

  it("of unknown outcome makes the run wait for a decision, whatever comes after", () => {
    const s = asked().tool(2, "call_1_1").tool(3, "call_1_2").result("call_1_2").asks("call_1_1");
    expect(view(s)).toMatchObject({
      status: "waiting", reason: "decision", why: "Did it happen?",
      pending: [{ kind: "decision", callId: "call_1_1", tool: "search", arguments: { q: 0 }, text: "Did it happen?", until: "2026-01-01T00:05:00Z" }],
    });
    expect(view(s.decided("call_1_1", "skip", "It did."))).toMatchObject({ status: "running", pending: [] });
    expect(call(s)).toMatchObject({ phase: "skipped", result: "It did.", decidedBy: "local" });
  });

  it("of unknown outcome is at work while its own check is asked, also beside a question to a person", () => {
    const s = lost().checking("call_1_1");
    expect(call(s)).toMatchObject({ phase: "checking", check: { number: 1 } });
    expect(view(s)).toMatchObject({ status: "running", pending: [] });
    expect(view(s).steps[1]!.status).toBe("checking");
    expect(view(s.tool(3, "call_1_2").asks("call_1_2"))).toMatchObject({ status: "running", pending: [{ callId: "call_1_2" }] });
  });

  it("whose check cannot be sure yet is looked up again at its time", () => {
    const s = lost().checking("call_1_1").checked("call_1_1", "not_done", { retryAt: "2026-01-01T00:00:30Z" });
    expect(call(s)).toMatchObject({ phase: "unknown", check: { number: 1, finding: "not_done" }, retryAt: "2026-01-01T00:00:30Z" });
    expect(view(s)).toMatchObject({ status: "waiting", reason: "retry", until: "2026-01-01T00:00:30Z", why: expect.stringContaining("looked up again") });
    expect(call(s.checking("call_1_1", 2))).toMatchObject({ phase: "checking", check: { number: 2 }, retryAt: undefined });
  });

  it("whose check failed keeps why, and a person is asked", () => {
    const s = lost().checking("call_1_1").checked("call_1_1", "unknown", { error: { code: "x", message: "The bank is closed." } }).asks("call_1_1");
    expect(call(s)).toMatchObject({ phase: "deciding", check: { finding: "unknown", error: { message: "The bank is closed." } } });
    expect(view(s)).toMatchObject({ status: "waiting", reason: "decision" });
  });

  it("whose check is cut counts as an interruption, once for each takeover", () => {
    const cut = (s: Script) => s.checking("call_1_1").checked("call_1_1", "interrupted", { retryAt: "2026-01-01T00:00:30Z" });
    expect(view(cut(lost())).fold.interruptions).toBe(1);
    expect(view(cut(cut(lost()))).fold.interruptions).toBe(2);
  });

  it("is tried again not before the time that was decided", () => {
    const s = lost().decided("call_1_1", "retry", undefined, { retryAt: "2026-01-01T00:00:40Z" });
    expect(view(s)).toMatchObject({ status: "waiting", reason: "retry", until: "2026-01-01T00:00:40Z" });
  });

  it("that was never started keeps its error", () => {
    const s = asked().toolFailed("call_1_1", { attempt: 0, outcome: "not_started", error: { code: "invalid_arguments", message: "No such field." } });
    expect(call(s)).toMatchObject({ phase: "failed", attempt: 0, error: { code: "invalid_arguments" } });
  });
});

describe("A run", () => {
  it("waits for its time", () => {
    const s = new Script().createdAt("2026-02-01T00:00:00Z");
    expect(view(s)).toMatchObject({ status: "waiting", reason: "timer", until: "2026-02-01T00:00:00Z" });
  });

  it("is paused and goes on", () => {
    const s = begun().paused();
    expect(view(s)).toMatchObject({ status: "paused", reason: "user", why: "A person paused it. Calls in flight are left to finish." });
    expect(view(s.failed(1, 1, {}, "paused")).why).toBe("A person paused it.");
    expect(view(s.resumed())).toMatchObject({ status: "running", reason: undefined });
  });

  it("says which budget is used up", () => {
    expect(view(begun().answered(1, "", ["search"]).budget("steps").paused("budget", "step"))).toMatchObject({
      status: "paused", reason: "budget", why: "Its budget of steps is used up; resuming grants it once more.",
    });
  });

  it("is being cancelled until it is", () => {
    expect(view(begun().cancelling())).toMatchObject({ status: "running", why: expect.stringContaining("being cancelled") });
    expect(view(begun().cancelling().failed(1, 1).cancelled())).toMatchObject({ status: "cancelled", why: undefined });
  });

  it("shows a steer at its place among the messages", () => {
    const v = view(begun().answered(1, "", ["search"]).steered("Shorter!").tool(2, "call_1_1").result("call_1_1").model(3).answered(3, "Ok."));
    expect(v.messages.map((m) => m.role)).toEqual(["user", "assistant", "user", "assistant"]);
    expect(v.messages[2]).toMatchObject({ text: "Shorter!", delivery: "steer" });
  });

  it("that fails keeps its error, and no text stays open", () => {
    const v = view(begun().says(0, "Half").failed(1, 1, { final: true }).runFailed());
    expect(v).toMatchObject({ status: "failed", error: { code: "content_filter" } });
    expect(v.output).toBeUndefined();
    expect(answers(v)[0]).toMatchObject({ open: false, parts: [] });
  });

  it("adds up what it used", () => {
    const v = view(begun().answered(1, "", ["search"]).tool(2, "call_1_1").result("call_1_1").model(3).answered(3, "Done.").completed("Done."));
    expect(v.usage).toEqual({ inputTokens: 20, cachedTokens: 0, outputTokens: 10, reasoningTokens: 0, modelCalls: 2, toolCalls: 1 });
    expect(v.output).toBe("Done.");
    expect(v.steps.map((s) => [s.step, s.kind, s.status])).toEqual([[1, "model", "completed"], [2, "tool", "completed"], [3, "model", "completed"]]);
  });
});
