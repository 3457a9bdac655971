import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { callsOf, fold, type AssistantMessage, type RunEvent, type RunView } from "@orleans-agents/client";
import type { UseThread } from "@orleans-agents/client/react";
import { stateOf } from "../src/app/words.ts";
import { ThreadCommands } from "../src/conversation/context.ts";
import { ToolCard } from "../src/conversation/ToolCard.tsx";
import { click, draw } from "./draw.tsx";

const journals = join(import.meta.dirname, "../../../tests/Grains.Tests/Recorded");
const recorded = (name: string): RunEvent[] =>
  readFileSync(join(journals, `${name}.ndjson`), "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line) as RunEvent);

const view = (name: string, seq = Infinity) => fold("run_recorded_by_the_core", recorded(name).filter((e) => "seq" in e && e.seq <= seq));
const calls = (run: RunView) => run.messages.filter((m): m is AssistantMessage => m.role === "assistant").flatMap(callsOf);
/** A call's card with everything that it says, opened where it is not by itself. */
const card = async (run: RunView, n: number) => {
  const { host } = await draw(<ThreadCommands.Provider value={{} as UseThread}><ToolCard call={calls(run)[n]!} runId={run.id} /></ThreadCommands.Provider>);
  if (!host.querySelector(".body")) await click(host.querySelector("summary"));
  return host.textContent;
};

describe("A call of unknown outcome that has a check of its own", () => {
  it("is said to be looked up, on its card and for the run", async () => {
    const run = view("outcome-being-checked");
    expect(stateOf(run, 0)).toEqual({ tone: "work", title: "Looking up what became of pay…" });
    expect(await card(run, 1)).toMatch(/outcome looked up.*Check 1: nobody knows whether it took effect/s);
    expect(await card(run, 0)).toMatch(/Check 1: the tool's own check cannot tell whether it took effect\..*The bank does not answer/s);
  });

  it("says when it is looked up again", async () => {
    const run = view("outcome-checked-again");
    expect(stateOf(run, Date.parse("2026-01-01T00:00:21Z"))).toMatchObject({ tone: "hold", title: "Looking it up again in 10 s" });
    expect(await card(run, 0)).toMatch(/outcome unknown.*found no effect; it counts once the first call can no longer be at work/s);
  });

  it("says what was found, and that the tool's rule decided", async () => {
    const run = view("outcome-checked");
    expect(await card(run, 0)).toMatch(/skipped.*paid 100.*Check 1: the tool's own check found that it took effect.*Decided by the tool's own rule/s);
    expect(await card(run, 1)).toMatch(/attempt 2.*done.*paid 7.*Check 2: the tool's own check found no effect/s);
    expect(await card(view("outcome-checked", 13), 1)).toContain("the tool's own check was cut; it is asked again");
  });
});
