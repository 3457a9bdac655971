import { act } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { emptyThread, fold, type RunEvent, type RunView, type ThreadView } from "@orleans-agents/client";
import type { UseThread } from "@orleans-agents/client/react";
import { Script } from "../../typescript/test/run.ts";
import { stateOf } from "../src/app/words.ts";
import { ThreadCommands } from "../src/conversation/context.ts";
import { Controls } from "../src/conversation/Controls.tsx";
import { Conversation } from "../src/conversation/Conversation.tsx";
import { RunState } from "../src/conversation/RunState.tsx";
import { open } from "../src/session/session.ts";
import { click, draw } from "./draw.tsx";

const viewOf = ({ id, events }: Script): RunView => fold(id, events as RunEvent[]);
const begun = () => new Script().created().model(1).says(0, "Because");
const until = "2026-01-01T00:00:40Z";
const now = Date.parse("2026-01-01T00:00:30Z");
const slow = { code: "rate_limited", message: "Slow down, please." };

/** The conversation of one run, folded from its events as after a reload. */
async function conversation(script: Script) {
  const run = viewOf(script);
  const thread: ThreadView = { ...emptyThread("thr_1"), turns: [{ turn: 1, runId: run.id, agent: "docs", at: run.createdAt, input: run.input, run }] };
  const { host } = await draw(<Conversation thread={thread} facts={thread} commands={commands({})} agents={[]} send={() => {}} empty={null} />);
  return [...host.querySelectorAll(".message.agent")].map((m) => [m.querySelector(".markdown")?.textContent?.trim(), m.querySelector(".withdrawn")?.textContent]);
}

const commands = (over: Partial<UseThread>) => ({ ...over }) as UseThread;
const controls = async (script: Script, over: Partial<UseThread> = {}) =>
  (await draw(<ThreadCommands.Provider value={commands(over)}><Controls run={viewOf(script)} /></ThreadCommands.Provider>)).host;
const state = async (script: Script, over: Partial<UseThread> = {}) =>
  (await draw(<ThreadCommands.Provider value={commands(over)}><RunState run={viewOf(script)} /></ThreadCommands.Provider>)).host;
const button = (host: Element, name: string) => [...host.querySelectorAll("button")].find((b) => b.textContent === name);

afterEach(() => vi.unstubAllGlobals());

describe("An answer that was stopped", () => {
  it("is shown with its text and who stopped it", async () => {
    expect(await conversation(begun().cancelling("ann").interrupted(1, "Because").cancelled())).toEqual([["Because", "Stopped by ann."]]);
    expect(await conversation(begun().paused("user", "now", "ann").interrupted(1, "Because"))).toEqual([["Because", "Paused by ann."]]);
    expect(await conversation(begun().steered("Shorter!", "interrupt").interrupted(1, "Because"))).toEqual([["Because", "You interrupted it here."]]);
    expect(await conversation(begun().interrupted(1, "Because").budget("tokens").paused("budget", "step"))).toEqual([["Because", "Stopped here: its budget is used up."]]);
  });

  it("names nobody where the service runs without sign-in, or the journal has no name", async () => {
    for (const by of ["local", undefined]) {
      expect(await conversation(begun().cancelling(by).interrupted(1, "Because").cancelled())).toEqual([["Because", "Stopped here."]]);
      expect(await conversation(begun().paused("user", "now", by).interrupted(1, "Because"))).toEqual([["Because", "Paused here."]]);
    }
  });

  it("stays above the answer that follows a resume", async () => {
    const s = begun().paused("user", "now", "ann").interrupted(1, "Because").resumed().model(2).answered(2, "It is.").completed("It is.");
    expect(await conversation(s)).toEqual([["Because", "Paused by ann."], ["It is.", undefined]]);
  });

  it("has its name once: the run's state names the person only where there is no text", () => {
    const silent = () => new Script().created().model(1);
    expect(stateOf(viewOf(begun().cancelling("ann").interrupted(1, "Because").cancelled()), now)).toEqual({ tone: "off", title: "Stopped" });
    expect(stateOf(viewOf(silent().cancelling("ann").failed(1, 1, {}, "cancelled").cancelled()), now)).toEqual({ tone: "off", title: "Stopped by ann" });
    expect(stateOf(viewOf(silent().paused("user", "now", "ann").failed(1, 1, {}, "paused")), now)).toEqual({ tone: "hold", title: "Paused by ann", detail: "A person paused it." });
    expect(stateOf(viewOf(silent().cancelling("local").failed(1, 1, {}, "cancelled").cancelled()), now)).toEqual({ tone: "off", title: "Stopped" });
  });
});

describe("A run that waits for its model", () => {
  it("shows the server's words, also when no attempt of its own failed", () => {
    const held = (reason: string) => stateOf(viewOf(new Script().created().held(reason, until, slow)), now);
    expect(held("retry")).toMatchObject({ title: "Trying again in 10 s", detail: expect.stringContaining("not asked at present. Slow down, please.") });
    expect(held("provider")).toMatchObject({ title: "The model's provider refuses; tried again in 10 s", detail: expect.stringContaining("Slow down, please.") });
  });

  it("leaves the words of a failed attempt to the attempt, unless the model is not asked for another reason", () => {
    const failed = (reason: string) => new Script().created().model(1).failed(1, 1, { retryAt: until, reason });
    expect(stateOf(viewOf(failed("retry")), now)?.detail).toBeUndefined();
    expect(stateOf(viewOf(failed("retry").retryRequested().held("retry", until, slow)), now)?.detail).toContain("Slow down, please.");
    expect(stateOf(viewOf(failed("provider")), now)?.detail).toMatch(/^No answer\..*Mend what it names/);
  });

  it("is tried now with a button beside the reason, once at a time", async () => {
    const asked: string[] = [];
    let answer = () => {};
    const retry = (runId: string) => {
      asked.push(runId);
      return new Promise<never>((resolve) => (answer = resolve as () => void));
    };
    const host = await state(new Script().created().held("provider", until, slow), { retry });
    expect(host.querySelector(".retry")!.textContent).toBe("No action is needed: the provider allows more requests after a while.Retry now");
    await click(button(host, "Retry now"));
    expect(button(host, "Retry now")!.disabled).toBe(true);
    await click(button(host, "Retry now"));
    await act(async () => answer());
    expect(button(host, "Retry now")!.disabled).toBe(false);
    expect(asked).toEqual(["run_test"]);
  });

  it("shows why the service refused to try", async () => {
    const host = await state(new Script().created().held("retry", until), { retry: () => Promise.reject(new Error("The run is paused.")) });
    await click(button(host, "Retry now"));
    expect(host.querySelector("[role=alert]")?.textContent).toBe("The run is paused.");
  });

  it("has no such button while it works, waits for a tool or is paused", async () => {
    const tool = new Script().created().model(1).answered(1, "", ["search"]).tool(2, "call_1_1").toolFailed("call_1_1", { willRetry: true, retryAt: until });
    for (const script of [begun(), tool, new Script().created().held("retry", until).paused()]) expect(button(await state(script), "Retry now")).toBeUndefined();
  });

  it("after three defects is paused with the words of the last one, and is resumed", async () => {
    const script = new Script().created().model(1).failed(1, 1, { retryAt: until, reason: "retry", defect: true }).paused("provider", "step");
    expect(stateOf(viewOf(script), now)).toEqual({
      tone: "ask", title: "Paused", detail: "Its model gave 3 times in a row what waiting cannot mend. No answer. Resuming tries again.",
    });
    const resumed: string[] = [];
    const host = await controls(script, { resume: async (runId) => void resumed.push(runId) as never });
    await click(button(host, "Resume"));
    expect(resumed).toEqual(["run_test"]);
  });

  it("is tried by nobody who may only look", async () => {
    vi.stubGlobal("fetch", async () => Response.json({ signedIn: true, tenant: "t", user: "eve", roles: ["view"] }));
    await act(() => open());
    const host = await state(new Script().created().held("retry", until));
    expect(button(host, "Retry now")!.disabled).toBe(true);
    expect(host.textContent).toContain("needs the role steer");
  });
});

describe("The pause menu", () => {
  it("says that the text of what is under way is kept", async () => {
    expect((await controls(begun())).textContent).toContain("What is under way is cut; the text so far is kept");
  });
});
