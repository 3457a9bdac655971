import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { reduceThread, type AgentView, type ThreadEvent, type ThreadView } from "@orleans-agents/client";
import { Script } from "../../typescript/test/run.ts";
import { loadMarkdown } from "../src/content/Markdown.tsx";
import { Conversation } from "../src/conversation/Conversation.tsx";
import { useFacts } from "../src/conversation/useFacts.ts";
import { draw } from "./draw.tsx";
import { threadOf } from "./talk.tsx";

const times = vi.hoisted(() => ({ said: 0, ended: 0, foot: 0 }));
const parsed = vi.hoisted((): string[] => []);
vi.mock("../src/conversation/End.tsx", () => ({ End: () => (times.ended++, null) }));
vi.mock("../src/conversation/Queued.tsx", () => ({ Queued: () => (times.foot++, null) }));
vi.mock("../src/content/LongText.tsx", async (original) => {
  const { LongText } = await original<typeof import("../src/content/LongText.tsx")>();
  return { LongText: (props: Parameters<typeof LongText>[0]) => (times.said++, LongText(props)) };
});
vi.mock("../src/content/markdown/parse.ts", async (original) => {
  const { parse } = await original<typeof import("../src/content/markdown/parse.ts")>();
  return { parse: (...all: Parameters<typeof parse>) => (parsed.push(all[0]), parse(...all)) };
});

const ended = new Script("run_a").created("Why?").model(1).answered(1, "Because.").completed("Because.");
const writes = (offset: number, text: string) => new Script("run_b").created().model(1).says(offset, text).events.at(-1) as ThreadEvent;
const agents: AgentView[] = [];
const send = () => {};

function Live({ thread }: { thread: ThreadView }) {
  return <Conversation thread={thread} facts={useFacts(thread)} agents={agents} send={send} empty={null} />;
}

beforeAll(loadMarkdown, 60_000);
// Time stands still: what may be behind stays behind.
beforeEach(() => void vi.spyOn(performance, "now").mockReturnValue(1));

it("Words that arrive draw their own block, and nothing that is finished or that acts", async () => {
  let thread = threadOf(ended, new Script("run_b").created().model(1).says(0, "First.\n\nSecond\nline.\n\n"));
  const { host, again } = await draw(<Live thread={thread} />);
  Object.assign(times, { said: 0, ended: 0, foot: 0 });
  parsed.length = 0;
  let length = "First.\n\nSecond\nline.\n\n".length;
  for (const word of ["Third", " and", " last."]) {
    await again(<Live thread={(thread = reduceThread(thread, writes(length, word)))} />);
    length += word.length;
  }

  expect([...host.querySelectorAll(".message.agent:last-of-type p")].map((p) => p.textContent)).toEqual(["First.", "Second\nline.", "Third and last."]);
  expect(times).toEqual({ said: 0, ended: 0, foot: 0 });
  expect(parsed.some((text) => text.includes("First."))).toBe(false);
  await again(<Live thread={threadOf(ended, new Script("run_b").created().model(1).answered(1, "All.").completed("All."))} />);
  expect(times.foot).toBe(1);
});
