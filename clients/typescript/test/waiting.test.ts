import { describe, expect, it } from "vitest";
import { fold, waitsForModel } from "../src/index.js";
import { runId, Script } from "./run.js";

const view = (script: Script) => fold(runId, script.events);
const until = "2026-01-01T00:00:40Z";
const slow = { code: "rate_limited", message: "Slow down" };
const created = () => new Script().created();

describe("A run whose model is not asked at present", () => {
  it("waits with the reason and the provider's words, though no attempt of its own failed", () => {
    for (const reason of ["provider", "retry"]) {
      const v = view(created().held(reason, until, slow));
      expect(v).toMatchObject({ status: "waiting", reason, until, why: expect.stringMatching(/^Its model is not asked at present\. Slow down\. The /) });
      expect(waitsForModel(v)).toBe(true);
    }
  });

  it("waits no longer once the call starts, somebody asks for a retry, or the run ends", () => {
    const held = () => created().held("provider", until, slow);
    expect(view(held().model(1))).toMatchObject({ status: "running", until: undefined, why: undefined });
    expect(view(held().retryRequested("ann"))).toMatchObject({ status: "running", until: undefined, why: expect.stringContaining("its turn") });
    expect(view(held().cancelling().cancelled())).toMatchObject({ status: "cancelled", until: undefined });
    expect(waitsForModel(view(held().retryRequested()))).toBe(false);
  });

  it("has started: only a timer moves its start", () => {
    expect(view(created().held("provider", until)).fold.startAt).toBeUndefined();
    expect(view(created().held("provider", until)).why).toMatch(/^Its model is not asked at present\. The model is asked again/);
  });

  it("asks for the decision first where a person must decide", () => {
    const v = view(created().model(1).answered(1, "", ["search"]).tool(2, "call_1_1").asks("call_1_1").held("provider", until));
    expect(v).toMatchObject({ status: "waiting", reason: "decision" });
    expect(waitsForModel(v)).toBe(false);
  });

  it("is paused while somebody pauses it, and then waits again", () => {
    const s = created().held("provider", until).paused();
    expect(view(s)).toMatchObject({ status: "paused", reason: "user", until: undefined });
    expect(view(s.resumed())).toMatchObject({ status: "waiting", reason: "provider", until });
  });
});

describe("A model call that failed", () => {
  const failed = (reason: string, more: object = {}) => created().model(1).failed(1, 1, { retryAt: until, reason, ...more });

  it("says why in the words of the fault", () => {
    expect(view(failed("retry")).why).toBe("The last attempt failed. No answer. The next attempt follows by itself.");
    expect(view(failed("provider")).why).toBe(
      "No answer. The model is asked again by itself, and at once when it answers another run. Mend what it names and retry, or stop the run.");
  });

  it("is due at once after a retry was asked for", () => {
    expect(waitsForModel(view(failed("retry")))).toBe(true);
    expect(view(failed("retry").retryRequested("ann"))).toMatchObject({ status: "running", until: undefined });
    expect(view(failed("retry").retryRequested("ann").model(1, 2).answered(1, "Yes.", [], 2).completed("Yes."))).toMatchObject({ status: "completed" });
  });

  it("counts what it used", () => {
    const s = failed("retry", { usage: { inputTokens: 7, outputTokens: 2, modelCalls: 1, cost: 0.5 } });
    expect(view(s).usage).toEqual({ inputTokens: 7, cachedTokens: 0, outputTokens: 2, reasoningTokens: 0, modelCalls: 1, toolCalls: 0, cost: 0.5 });
    expect(view(failed("retry")).usage.modelCalls).toBe(0);
  });

  it("is forgotten with the next answer, and a cut is no fault", () => {
    expect(view(failed("retry").model(1, 2).answered(1, "Yes.", [], 2)).fold.lastFault).toBeUndefined();
    expect(view(created().model(1).failed(1, 1, {}, "handed_back")).fold.lastFault).toBeUndefined();
    expect(view(created().model(1).failed(1, 1, { reason: "retry", retryAt: until }, "interrupted")).fold.lastFault).toBeUndefined();
  });

  it("three times with what waiting cannot mend pauses the run, until somebody resumes it", () => {
    const s = failed("retry", { defect: true }).paused("provider", "step");
    expect(view(s)).toMatchObject({
      status: "paused", reason: "provider", why: "Its model gave 3 times in a row what waiting cannot mend. No answer. Resuming tries again.", stoppedBy: undefined,
    });
    expect(view(s.resumed())).toMatchObject({ status: "running", until: undefined });
  });
});

describe("A tool call that failed", () => {
  it("waits for no model", () => {
    const v = view(created().model(1).answered(1, "", ["search"]).tool(2, "call_1_1").toolFailed("call_1_1", { willRetry: true, retryAt: until }));
    expect(v).toMatchObject({ status: "waiting", reason: "retry", why: "The last attempt failed. The next attempt follows by itself." });
    expect(waitsForModel(v)).toBe(false);
  });
});

describe("A run that came back from a backup", () => {
  it("says so", () => expect(view(created().paused("restored")).why).toContain("came back from a backup"));
});
