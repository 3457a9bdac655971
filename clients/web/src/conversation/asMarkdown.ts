import { isBodyRef, type AssistantMessage, type RunView, type Text, type TextPart, type ThreadView, type UserMessage } from "@orleans-agents/client";
import { client } from "../app/client.ts";
import { titleOf } from "../app/words.ts";

/** Fetches a text that is kept outside its event. */
export type Whole = (text: Text, runId: string) => Promise<string>;

const whole: Whole = async (text, runId) => (isBodyRef(text) ? await client.body(runId, text.ref) : text);

/** What the agent wrote last: the answer, without what it thought and called. */
export async function answerOf(run: RunView, read = whole): Promise<string> {
  const last = run.messages.findLast((m): m is AssistantMessage => m.role === "assistant" && textsOf(m).length > 0);
  return last ? await written(last, run.id, read) : "";
}

/** A conversation as one Markdown document. */
export async function conversationOf(thread: ThreadView, read = whole): Promise<string> {
  const first = thread.turns[0];
  const title = titleOf(thread, first && (await read(first.input, first.runId)));
  const parts = [`# ${title}`];
  for (const { runId, input, run } of thread.turns) {
    if (run.messages.length === 0) parts.push(said(await read(input, runId)));
    for (const message of run.messages) parts.push(message.role === "user" ? said(await read(message.text, runId), message) : await answered(message, runId, read));
    if (run.error) parts.push(`*This turn failed: ${run.error.message}*`);
  }
  return `${parts.filter((p) => p !== "").join("\n\n")}\n`;
}

const said = (text: string, message?: UserMessage) => `## You${message?.delivery ? `, ${message.delivery === "interrupt" ? "interrupting" : "steering"}` : ""}\n\n${text}`;

async function answered(message: AssistantMessage, runId: string, read: Whole): Promise<string> {
  const text = await written(message, runId, read);
  const tools = message.parts.flatMap((p) => (p.kind === "tool" ? [`\`${p.tool}\``] : []));
  const called = tools.length === 0 ? "" : `*Called ${tools.length > 8 ? `${tools.length} tools` : tools.join(", ")}*`;
  const body = [text, called].filter((p) => p !== "").join("\n\n");
  return body === "" ? "" : `## Agent\n\n${body}`;
}

const textsOf = (message: AssistantMessage) => message.parts.filter((p): p is TextPart => p.kind === "text");

const written = async (message: AssistantMessage, runId: string, read: Whole) =>
  (await Promise.all(textsOf(message).map((p) => read(p.text, runId)))).join("\n\n");
