import { describe, expect, it } from "vitest";
import { fold, type AssistantMessage } from "../src/index.js";
import { runId, Script } from "./run.js";

const view = (script: Script) => fold(runId, script.events);
const answers = (s: Script) => view(s).messages.filter((m): m is AssistantMessage => m.role === "assistant");
const begun = () => new Script().created().model(1).says(0, "Because");

describe("An answer that is stopped", () => {
  it("by a cancel keeps its text and who cancelled, and is no output", () => {
    const s = begun().cancelling("ann").interrupted(1, "Because");
    expect(answers(s)[0]).toMatchObject({
      open: false, finishReason: "interrupted", parts: [{ kind: "text", text: "Because" }], stoppedBy: { how: "cancel", user: "ann" },
    });
    expect(view(s.cancelled())).toMatchObject({ status: "cancelled", stoppedBy: { how: "cancel", user: "ann" } });
    expect(view(s).output).toBeUndefined();
    expect(view(s).usage).toMatchObject({ outputTokens: 3, modelCalls: 1 });
    expect(view(s).steps.map((x) => [x.step, x.status, x.finishReason])).toEqual([[1, "completed", "interrupted"]]);
  });

  it("by a pause is followed by another answer after the resume", () => {
    const s = begun().paused("user", "now", "bob").interrupted(1, "Because");
    expect(view(s)).toMatchObject({ status: "paused", reason: "user", why: "A person paused it.", stoppedBy: { how: "pause", user: "bob" } });
    const on = s.resumed().model(2).answered(2, "Because it is.").completed("Because it is.");
    expect(answers(on).map((m) => [m.finishReason, m.stoppedBy])).toEqual([["interrupted", { how: "pause", user: "bob" }], ["stop", undefined]]);
    expect(view(on)).toMatchObject({ status: "completed", output: "Because it is.", stoppedBy: undefined });
  });

  it("by a message keeps that, and the run goes on", () => {
    const s = begun().steered("Shorter!", "interrupt").interrupted(1, "Because").model(2);
    expect(answers(s)[0]!.stoppedBy).toEqual({ how: "message" });
    expect(view(s)).toMatchObject({ status: "running", stoppedBy: undefined });
  });

  it("by the run's budget was stopped by nobody, whatever somebody did before", () => {
    expect(answers(begun().interrupted(1, "Because"))[0]!.stoppedBy).toEqual({ how: "budget" });
    const waits = begun().paused("user", "step", "ann").unknown().interrupted(1, "Because");
    expect(answers(waits)[0]!.stoppedBy).toEqual({ how: "budget" });
    expect(view(waits).stoppedBy).toEqual({ how: "pause", user: "ann" });
  });

  it("has no name where the journal has none", () => {
    expect(answers(begun().cancelling().interrupted(1, "Because"))[0]!.stoppedBy).toEqual({ how: "cancel" });
  });

  it("before it said anything is withdrawn", () => {
    const s = new Script().created().model(1).cancelling("ann").failed(1, 1, {}, "cancelled").cancelled();
    expect(answers(s)[0]).toMatchObject({ parts: [], failed: { code: "cancelled" } });
    expect(view(s)).toMatchObject({ status: "cancelled", stoppedBy: { how: "cancel", user: "ann" } });
  });

  it("by nobody: a pause for the budget and a message that cuts nothing", () => {
    expect(view(new Script().created().budget("steps").paused("budget", "step")).stoppedBy).toBeUndefined();
    expect(view(new Script().created().steered("Hm.", "interrupt")).stoppedBy).toBeUndefined();
  });
});
