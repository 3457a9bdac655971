import { describe, expect, it } from "vitest";
import { fold, waitsForModel, type AssistantMessage } from "../src/index.js";
import { runId, Script } from "./run.js";

const view = (script: Script) => fold(runId, script.events);
const thought = (script: Script) => view(script).messages.filter((m): m is AssistantMessage => m.role === "assistant").map((m) => m.thoughtMs);
const reasoning = (text: string) => ({ type: "reasoning", text });
const text = (text: string) => ({ type: "text", text });

describe("What a person thinks of an answer", () => {
  const done = () => new Script().created().model(1).answered(1, "Yes.").completed("Yes.");

  it("is known after the run's end, and the newest counts", () => {
    const s = done().feedback("down", "Too short.").feedback("up");
    expect(view(s)).toMatchObject({ status: "completed", output: "Yes.", feedback: { value: "up", by: "ann" } });
    expect(view(s).feedback).not.toHaveProperty("note");
    expect(view(done().feedback("down", "Too short.")).feedback).toMatchObject({ value: "down", note: "Too short." });
  });

  it("is gone when it is taken back", () => expect(view(done().feedback("up").feedback("none")).feedback).toBeUndefined());

  it("does not move the end of the run", () => expect(view(done().feedback("up")).endedAt).toBe(view(done()).endedAt));
});

describe("How long a model thought", () => {
  it("is the time of the call where it wrote nothing else", () => expect(thought(new Script().created().model(1).answered(1, [reasoning("Hm.")], ["search"]))).toEqual([1000]));

  it("is the reasoning's share of the tokens where it wrote as well, or of the characters where nobody counted", () => {
    const content = [reasoning("Hmmm"), text("Yes.")];
    expect(thought(new Script().created().model(1).answered(1, content))).toEqual([500]);
    expect(thought(new Script().created().model(1).answered(1, content, [], 1, { outputTokens: 10, reasoningTokens: 8 }))).toEqual([800]);
  });

  it("is not said of a model that did not think", () => expect(thought(new Script().created().model(1).answered(1, "Yes."))).toEqual([undefined]));
});

describe("A run that waits for its model", () => {
  it("can be told to ask it now, whatever the reason for the wait", () => {
    expect(waitsForModel(view(new Script().created().held("maintenance", "2026-01-01T00:01:00Z")))).toBe(true);
  });
});
