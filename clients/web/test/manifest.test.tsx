import { afterEach, describe, expect, it, vi } from "vitest";
import { emptyRun, type ContextManifest, type StepContext } from "@orleans-agents/client";
import { PlacesContext, type Places } from "../src/app/places.ts";
import { Manifest } from "../src/steps/Manifest.tsx";
import { barOf, percentOf } from "../src/steps/parts.ts";
import { StepDetails } from "../src/steps/StepDetails.tsx";
import { click, draw, shows } from "./draw.tsx";
import recorded from "./fixtures/context.json";

const context = recorded as unknown as StepContext;
const manifest = context.manifest!;
const went: string[] = [];
const places: Places = { turns: new Set([1, 2, 3, 4, 5, 6, 7]), toTurn: (turn) => went.push(`turn ${turn}`), toMemory: (version) => went.push(`memory ${version}`) };
const drawn = async (m: ContextManifest = manifest) => (await draw(<PlacesContext.Provider value={places}><Manifest manifest={m} /></PlacesContext.Provider>)).host;
const rows = (host: Element) => [...host.querySelectorAll("tbody tr")].map((r) => [...r.children].map((c) => c.textContent));

afterEach(() => vi.unstubAllGlobals());

describe("What a request is made of", () => {
  it("is a bar of parts, each as wide as its share of the budget", async () => {
    const host = await drawn();
    const rects = [...host.querySelectorAll(".token-bar .part")].map((r) => [r.classList[1], Number(r.getAttribute("x")), Number(r.getAttribute("width"))]);
    expect(rects).toEqual([
      ["instructions", 0, 30], ["tools", 30, 100], ["summaries", 130, 62.5], ["facts", 192.5, 7.5], ["passages", 200, 53],
      ["turns", 253, 250], ["user", 503, 20], ["input", 523, 25], ["kept", 548, 25], ["messages", 573, 250],
    ]);
  });

  it("is a table for whoever cannot see the bar", async () => {
    const host = await drawn();
    expect(host.querySelector(".token-bar")!.getAttribute("aria-hidden")).toBe("true");
    expect(host.querySelector("caption")!.textContent).toBe("What the request is made of, in tokens");
    expect(rows(host)).toEqual([
      ["Instructions", "120", "3 %"], ["Tools", "400", "10 %"], ["Summaries of older turnsTurns 1–4", "250", "6 %"], ["Facts of older turnsTurns 1–3", "30", "under 1 %"],
      ["Passages found by what is askedTurn 2, Turn 4", "212", "5 %"], ["Turns, word for wordTurns 5–7", "1,000", "25 %"], ["What is kept of the user", "80", "2 %"], ["What is asked", "100", "3 %"],
      ["Facts of this run’s older messagesEvents 5–9", "100", "3 %"], ["This run’s messagesEvents 10–21", "1,000", "25 %"], ["Not used", "708", "18 %"],
    ]);
  });

  it("says what was left out and why, and leads to turns and to the memory", async () => {
    const host = await drawn();
    expect(host.querySelector("details summary")!.textContent).toBe("Left out: about 7,590 tokens");
    expect([...host.querySelectorAll(".left-out li")].map((e) => e.textContent)).toEqual([
      "Turn 1, Turn 3 2,190 tokens Summarised, and not found by what is asked.", "Events 3–9 5,400 tokens <b>Older</b> than what fits.",
    ]);
    await click(host.querySelector(".left-out button"));
    await click([...host.querySelectorAll("button")].find((b) => b.textContent === "memory version 4"));
    expect(went).toEqual(["turn 1", "memory 4"]);
  });

  it("that is more than its budget fills the bar, and is named as more than the budget", async () => {
    const over = { ...manifest, budget: 2489, tokens: 3292, memoryVersion: null, out: [] };
    const { segments, free } = barOf(over);
    expect(segments.at(-1)!.from + segments.at(-1)!.width).toBeCloseTo(1000);
    expect(free).toBe(-803);
    const host = await drawn(over);
    expect(host.textContent).toMatch(/^About 3,292 of 2,489 tokens: more than the budget/);
    expect(host.textContent).not.toMatch(/Not used|Left out|memory version/);
  });

  it("may have a part that this page does not know", async () => {
    const host = await drawn({ ...manifest, parts: [{ part: "<dreams>", tokens: 40, of: [{ from: 1, through: 1 }] }] });
    expect(rows(host)[0]).toEqual(["<dreams>", "40", "1 %"]);
    expect(percentOf(0, 0)).toBe("0 %");
  });

  it.each([[true, "Verified: its hash is the one that the answer recorded."], [false, "This is not what was sent"]])("is asked for when a step is opened, and says whether it is what was sent: %s", async (matches, words) => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (path: string) => {
      asked.push(path);
      return Response.json({ ...context, matches });
    });
    const { host } = await draw(<StepDetails step={{ step: 4, kind: "model", status: "completed", attempts: [] }} run={emptyRun("run_1")} />);
    await shows(() => expect(rows(host).length).toBe(11));
    expect(host.textContent).toContain(words);
    expect(asked).toEqual(["/v1/runs/run_1/steps/4/context"]);
  });
});
