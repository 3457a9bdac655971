import { isBodyRef, type AssistantMessage, type RunView, type Text, type TextPart, type ThreadView, type Turn, type UserMessage } from "@orleans-agents/client";
import { isActive } from "../app/words.ts";

/** What somebody said. */
export interface UserRow {
  kind: "user";
  key: string;
  message: UserMessage;
  runId: string;
  /** Set where a turn begins: its number. */
  turn?: number;
}

/** What the agent wrote and called. Answers that only call more tools belong to the one before them. */
export interface AgentRow {
  kind: "agent";
  key: string;
  messages: AssistantMessage[];
  runId: string;
}

/** A thought among calls, with the time that it took. */
export interface Thought extends TextPart {
  thoughtMs?: number;
}

/** What came of a run that has ended, below its answer. */
export interface EndRow {
  kind: "end";
  key: string;
  run: RunView;
}

export type Row = UserRow | AgentRow | EndRow;

/** Every row of a thread in order. A row of which nothing changed stays the same object, and is not drawn again. */
export const rowsOf = (thread: ThreadView): Row[] => thread.turns.flatMap((turn) => cached(turns, turn, () => rowsOfTurn(turn)));

const turns = new WeakMap<Turn, Row[]>();
const users = new WeakMap<UserMessage, UserRow>();
const agents = new WeakMap<AssistantMessage, AgentRow>();
const ends = new WeakMap<RunView, EndRow>();
/** What was asked, of turns whose run has not told of it yet. */
const asked = new WeakMap<Turn, UserMessage>();

function rowsOfTurn(turn: Turn): Row[] {
  const { run } = turn;
  const rows: Row[] = [];
  let group: AssistantMessage[] = [];
  const close = () => {
    if (group.length > 0) rows.push(agentRow(group, run.id));
    group = [];
  };
  for (const message of run.messages.length > 0 ? run.messages : [placeholder(turn)]) {
    if (message.role === "user") {
      close();
      rows.push(cached(users, message, () => ({ kind: "user", key: message.key, message, runId: run.id, ...(rows.length === 0 ? { turn: turn.turn } : {}) })));
    } else if (!isSilent(message)) {
      if (!(onlyCalls(message) && group.at(-1)?.parts.some((p) => p.kind === "tool"))) close();
      group.push(message);
    }
  }
  close();
  if (!isActive(run)) rows.push(cached(ends, run, () => ({ kind: "end", key: `${run.id}:end`, run })));
  return rows;
}

const placeholder = (turn: Turn): UserMessage =>
  cached(asked, turn, () => ({ role: "user", key: `${turn.runId}:1`, at: turn.at, text: turn.input }));

/** Kept by its first message, and made anew when any of its messages changed. */
function agentRow(messages: AssistantMessage[], runId: string): AgentRow {
  const first = messages[0]!;
  const known = agents.get(first);
  if (known && known.messages.length === messages.length && known.messages.every((m, i) => m === messages[i])) return known;
  const row: AgentRow = { kind: "agent", key: first.key, messages, runId };
  agents.set(first, row);
  return row;
}

/** Nothing of it can be seen yet: what the run does is said below. */
const isSilent = ({ parts, failed, stoppedBy }: AssistantMessage) => parts.length === 0 && !failed && !stoppedBy;

const onlyCalls = ({ open, parts, failed, stoppedBy, finishReason }: AssistantMessage) =>
  !open && !failed && !stoppedBy && finishReason !== "length" && !parts.some((p) => p.kind === "text" && !isEmpty(p.text));

const isEmpty = (text: Text) => !isBodyRef(text) && text.trim() === "";

function cached<K extends object, V>(map: WeakMap<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (!value) map.set(key, (value = make()));
  return value;
}
