import { act } from "react";
import { emptyThread, fold, type AgentView, type RunEvent, type RunView, type ThreadView } from "@orleans-agents/client";
import type { UseThread } from "@orleans-agents/client/react";
import type { Script } from "../../typescript/test/run.ts";
import { Conversation } from "../src/conversation/Conversation.tsx";
import { draw } from "./draw.tsx";

export const viewOf = ({ id, events }: Script): RunView => fold(id, events as RunEvent[]);

/** A thread whose turns are these runs. */
export const threadOf = (...scripts: Script[]): ThreadView => ({
  ...emptyThread("thr_1"),
  head: 9,
  turns: scripts.map((script, n) => {
    const run = viewOf(script);
    return { turn: n + 1, runId: run.id, agent: "docs", at: run.createdAt, input: run.input, run };
  }),
});

/** A conversation as the page draws it, with what was sent. */
export async function talk(thread: ThreadView, over: Partial<UseThread> = {}, agents: AgentView[] = []) {
  const sent: object[] = [];
  const element = (of: ThreadView) => <Conversation thread={of} facts={of} commands={over as UseThread} agents={agents} send={(m) => sent.push(m)} empty={<p>Nothing</p>} />;
  const { host, again } = await draw(element(thread));
  const area = host.querySelector<HTMLTextAreaElement>(".composer textarea")!;
  return { host, sent, area, becomes: (next: ThreadView) => again(element(next)) };
}

/** As when a person types: React hears of it. */
export const type = (area: HTMLTextAreaElement, text: string) =>
  act(async () => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value")!.set!.call(area, text);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });

export const press = (element: Element, key: string, more: object = {}) =>
  act(async () => void element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more })));

export const buttonOf = (host: Element, name: string | RegExp) =>
  [...host.querySelectorAll("button")].find((b) => {
    const own = b.getAttribute("aria-label") ?? b.textContent ?? "";
    return typeof name === "string" ? own === name : name.test(own);
  });
