import type { ThreadMessageLike } from "@assistant-ui/react";
import { isBodyRef, wholeCharacters, type Message, type ThreadView, type ToolCall, type Turn } from "@orleans-agents/client";

/** A message with the run that it belongs to. */
export interface Item {
  message: Message;
  runId: string;
  /** Set where a turn begins: its number. */
  turn?: number;
}

const items = new WeakMap<Message, Item>();
const placeholders = new WeakMap<Turn, Message>();

/** Every message of a thread in order. A message that did not change stays the same object, and is not drawn again. */
export const itemsOf = (thread: ThreadView): Item[] => thread.turns.flatMap((turn) => messagesOf(turn).map((m, i) => itemOf(m, turn, i === 0)));

function messagesOf(turn: Turn): Message[] {
  if (turn.run.messages.length > 0) return turn.run.messages;
  let asked = placeholders.get(turn);
  if (!asked) placeholders.set(turn, (asked = { role: "user", key: `${turn.runId}:1`, at: turn.at, text: turn.input }));
  return [asked];
}

function itemOf(message: Message, { turn, run }: Turn, first: boolean): Item {
  let item = items.get(message);
  if (!item) items.set(message, (item = { message, runId: run.id, ...(first ? { turn } : {}) }));
  return item;
}

/** In the form that the chat components draw. */
export function convert(item: Item): ThreadMessageLike {
  const { message } = item;
  const base = { id: message.key, createdAt: new Date(message.at), metadata: { custom: { item } } };
  if (message.role === "user") return { ...base, role: "user", content: [bodyOr(message.text, "text")] };
  return {
    ...base,
    role: "assistant",
    content: message.parts.map((p) => (p.kind === "tool" ? toolPart(p) : bodyOr(p.text, p.kind))),
    status: message.open ? { type: "running" } : { type: "complete", reason: "stop" },
  };
}

type Part = Exclude<ThreadMessageLike["content"], string>[number];

const bodyOr = (text: Message extends never ? never : string | { ref: string; bytes: number; preview: string }, type: "text" | "reasoning"): Part =>
  isBodyRef(text) ? { type: "data", name: "body", data: text } : { type, text: wholeCharacters(text) };

const toolPart = (call: ToolCall): Part => ({
  type: "tool-call",
  toolCallId: call.callId,
  toolName: call.tool,
  args: {},
  artifact: call,
});
