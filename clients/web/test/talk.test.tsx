import { act } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ProblemError, type Feedback, type Receipt } from "@orleans-agents/client";
import { Script } from "../../typescript/test/run.ts";
import { conversationOf } from "../src/conversation/asMarkdown.ts";
import { rowsOf } from "../src/conversation/rows.ts";
import { open } from "../src/session/session.ts";
import { click } from "./draw.tsx";
import { buttonOf, press, talk, threadOf, type } from "./talk.tsx";

const calls = (n: number) => Array.from({ length: n }, () => "search");
const done = (id?: string) => new Script(id).created("Why?").model(1).answered(1, "Because.").completed("Because.");

/** A run that calls a tool in each of many steps, and fails with the second. */
function busy(steps: number) {
  const s = new Script().created("Look!");
  for (let n = 0; n < steps; n++) {
    const step = 1 + n * 2;
    s.model(step).answered(step, n === 0 ? "I look." : "", ["search"]).tool(step + 1, `call_${step}_1`);
    if (n === 1) s.toolFailed(`call_${step}_1`, {});
    else s.result(`call_${step}_1`);
  }
  return s;
}

afterEach(() => vi.unstubAllGlobals());

describe("The rows of a conversation", () => {
  it("stay the same objects while nothing about them changes", () => {
    const thread = threadOf(done("run_a"), new Script("run_b").created().model(1).says(0, "A"));
    const first = rowsOf(thread);
    const next = rowsOf({ ...thread, turns: thread.turns.with(1, { ...thread.turns[1]!, run: { ...thread.turns[1]!.run } }) });
    expect(first.map((r) => r.kind)).toEqual(["user", "agent", "end", "user", "agent"]);
    expect(next.every((row, n) => row === first[n])).toBe(true);
  });
});

describe("Tool calls", () => {
  it("of a step and of those behind it that only call are one line, with what failed below it", async () => {
    const { host } = await talk(threadOf(busy(24)));
    expect(host.querySelector(".group summary strong")!.textContent).toBe("24 calls, 1 failed");
    expect([...host.querySelectorAll(".tool")].map((t) => t.className)).toEqual(["tool failed"]);
    await click(host.querySelector(".group summary"));
    expect(host.querySelectorAll(".tool").length).toBe(24);
    expect(host.querySelectorAll(".tool .body").length).toBe(1);
  });

  it("show what went in as fields, and are drawn in portions", async () => {
    const s = new Script().created().model(1).answered(1, "", calls(180));
    const { host } = await talk(threadOf(s));
    await click(host.querySelector(".group summary"));
    expect(host.querySelectorAll(".tool").length).toBe(50);
    await click(buttonOf(host, "Show 50 more of 130"));
    expect(host.querySelectorAll(".tool").length).toBe(100);
    await click(host.querySelector(".tool summary"));
    expect(host.querySelector("dl.fields")!.textContent).toBe("q0");
  });

  it("that ask somebody are open by themselves", async () => {
    const s = new Script().created().model(1).answered(1, "", calls(3)).tool(2, "call_1_2").asks("call_1_2");
    const { host } = await talk(threadOf(s));
    expect(host.querySelector(".group summary strong")!.textContent).toBe("3 calls, 1 of unknown outcome");
    expect(host.querySelector(".tool.deciding .body")).not.toBeNull();
    expect(host.textContent).toContain("Did it happen?");
  });
});

describe("A thought", () => {
  it("is one line with its time until it is opened", async () => {
    const { host } = await talk(threadOf(new Script().created().model(1).answered(1, [{ type: "reasoning", text: "Hm, so." }], ["search"])));
    expect(host.querySelector(".reasoning")!.textContent).toBe("Thought for 1 s");
    await click(host.querySelector(".reasoning summary"));
    expect(host.querySelector(".reasoning")!.textContent).toContain("Hm, so.");
  });
});

describe("A long conversation", () => {
  it("has only rows near what is seen in the document, and keeps the height of the others", async () => {
    const watched: { callback: (entries: object[]) => void; block: HTMLElement }[] = [];
    vi.stubGlobal("IntersectionObserver", class {
      constructor(readonly callback: (entries: object[]) => void) {}
      observe = (block: HTMLElement) => void watched.push({ callback: this.callback, block });
      disconnect() {}
    });
    const { host } = await talk(threadOf(...Array.from({ length: 400 }, (_, n) => done(`run_${n}`))));
    expect(host.querySelectorAll(".message").length).toBeLessThan(40);
    expect(host.querySelectorAll(".block").length).toBe(150);
    const [first] = watched;
    await act(async () => first!.callback([{ isIntersecting: true }]));
    expect(first!.block.querySelectorAll(".message").length).toBe(6);
    first!.block.getBoundingClientRect = () => ({ height: 777 }) as DOMRect;
    await act(async () => first!.callback([{ isIntersecting: false }]));
    expect([first!.block.querySelectorAll(".message").length, first!.block.style.height]).toEqual([0, "777px"]);
    await act(async () => document.getElementById("turn-2")!.focus());
    expect(document.activeElement!.className).toBe("message user");
  });
});

describe("What was said and no run has yet", () => {
  const waiting = () => ({ ...threadOf(new Script().created().model(1)), queued: [{ messageId: "m1", input: "And then?", delivery: "queue" as const, at: "" }] });

  it("is edited in place, and removed", async () => {
    const asked: unknown[] = [];
    const { host } = await talk(waiting(), { editQueued: async (...all) => (asked.push(all), {} as Receipt), removeQueued: async (...all) => (asked.push(all), {} as Receipt) });
    await click(buttonOf(host, "Edit"));
    const area = host.querySelector<HTMLTextAreaElement>(".queued textarea")!;
    await type(area, "And after that?");
    await press(area, "Enter");
    await click(buttonOf(host, "Remove"));
    expect(asked).toEqual([["m1", "And after that?"], ["m1"]]);
  });

  it("says when it was too late, also once the message is gone, with what was written", async () => {
    const { host, becomes } = await talk(waiting(), { editQueued: () => Promise.reject(new ProblemError(409, "message_taken", "")) });
    await click(buttonOf(host, "Edit"));
    await type(host.querySelector<HTMLTextAreaElement>(".queued textarea")!, "Mine");
    await click(buttonOf(host, "Save"));
    await becomes(threadOf(done()));
    expect(host.querySelector(".queued")!.textContent).toContain("Too late: a run has already received “And then?”. What you wrote: “Mine”");
  });
});

describe("Feedback", () => {
  it("is given, gets a note, and is taken back", async () => {
    const given: Feedback[] = [];
    const giveFeedback = async (_: string, feedback: Feedback) => (given.push(feedback), {} as Receipt);
    const { host, becomes } = await talk(threadOf(done()), { giveFeedback });
    await click(buttonOf(host, "Bad answer"));
    await type(host.querySelector<HTMLTextAreaElement>(".feedback-note textarea")!, "Too short.");
    await click(buttonOf(host, "Save the note"));
    await becomes(threadOf(done().feedback("down", "Too short.")));
    expect(host.querySelector(".note-given")!.textContent).toBe("“Too short.”");
    expect(buttonOf(host, "Bad answer")!.getAttribute("aria-pressed")).toBe("true");
    await click(buttonOf(host, "Bad answer"));
    expect(given).toEqual([{ value: "down" }, { value: "down", note: "Too short." }, { value: "none" }]);
  });

  it("names the role that it needs", async () => {
    vi.stubGlobal("fetch", async () => Response.json({ signedIn: true, tenant: "t", user: "eve", roles: ["view"] }));
    await act(() => open());
    const { host } = await talk(threadOf(done()));
    expect(buttonOf(host, "Good answer")!.title).toMatch(/^Feedback needs the role steer/);
    expect(host.querySelector(".composer .note")!.textContent).toMatch(/^Writing needs the role start/);
    vi.stubGlobal("fetch", async () => Response.json({ signedIn: false, tenant: "local", user: "local", roles: ["admin"] }));
    await act(() => open());
  });
});

describe("A screen reader", () => {
  it("hears an answer once, when it is whole, and none that was there before", async () => {
    const { host, becomes } = await talk(threadOf(done()));
    const said = () => [...host.querySelectorAll(".conversation > [role=status]")].map((e) => e.textContent).join();
    expect([said(), host.querySelector("[role=log]")!.getAttribute("aria-live")]).toEqual(["", "off"]);
    await becomes(threadOf(done("run_a"), new Script("run_b").created().model(1).says(0, "The")));
    expect(said()).toBe("");
    await becomes(threadOf(done("run_a"), new Script("run_b").created().model(1).says(0, "The").answered(1, "The end.").completed("The end.")));
    expect(said()).toBe("The agent answered: The end.");
  });
});

describe("A run of which nothing is seen", () => {
  it("says after a while what it waits for", async () => {
    vi.useFakeTimers();
    const later = () => act(() => vi.advanceTimersByTimeAsync(4000));
    const model = await talk(threadOf(new Script().created().model(1)));
    const title = () => model.host.querySelector(".run-state strong")!.textContent;
    expect(title()).toBe("Thinking…");
    await later();
    expect(title()).toBe("Waiting for the model's first word for 4 s");
    const turn = await talk(threadOf(new Script().created()));
    await later();
    expect(turn.host.querySelector(".run-state .why")!.textContent).toContain("waits for its turn at its model");
    vi.useRealTimers();
  });
});

describe("A conversation as Markdown", () => {
  it("has who said what, which tools were called, and the whole of long texts", async () => {
    const s = new Script().created("Why?").model(1).answered(1, "I look.", ["search"]).tool(2, "call_1_1").result("call_1_1").steered("Quick!").model(3).answered(3, "Because.").completed("Because.");
    expect(await conversationOf({ ...threadOf(s), title: "Reasons" })).toBe(
      "# Reasons\n\n## You\n\nWhy?\n\n## Agent\n\nI look.\n\n*Called `search`*\n\n## You, steering\n\nQuick!\n\n## Agent\n\nBecause.\n");
    const long = threadOf(s);
    const read = async (text: unknown) => (typeof text === "string" ? text : "whole");
    long.turns[0]!.run.messages[0] = { role: "user", key: "k", at: "", text: { ref: "r", bytes: 9, preview: "pre" } };
    expect(await conversationOf(long, read)).toContain("## You\n\nwhole");
  });
});
