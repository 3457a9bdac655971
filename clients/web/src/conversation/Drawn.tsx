import { memo } from "react";
import { isBodyRef, wholeCharacters, type AssistantMessage, type TextPart, type ToolCall } from "@orleans-agents/client";
import { anchorOf } from "../app/places.ts";
import { exactly, stopLineOf } from "../app/words.ts";
import { LongText } from "../content/LongText.tsx";
import { Markdown } from "../content/Markdown.tsx";
import { Calls } from "./Calls.tsx";
import { End } from "./End.tsx";
import { Reasoning } from "./Reasoning.tsx";
import type { AgentRow, Row, Thought, UserRow } from "./rows.ts";

/** One row of the conversation. */
export const Drawn = memo(function Drawn({ row }: { row: Row }) {
  switch (row.kind) {
    case "user":
      return <Said row={row} />;
    case "agent":
      return <Wrote row={row} />;
    case "end":
      return <End run={row.run} />;
  }
});

function Said({ row: { message, runId, turn } }: { row: UserRow }) {
  const { text, delivery, at } = message;
  return (
    <article className="message user" aria-label="You" {...(turn === undefined ? {} : { id: anchorOf(turn), tabIndex: -1 })}>
      {delivery && <p className="label">{delivery === "interrupt" ? "You, interrupting" : "You, steering"}</p>}
      <div className="bubble" title={at && exactly(at)}>
        <LongText text={text} runId={runId}>{(whole) => <p>{whole}</p>}</LongText>
      </div>
    </article>
  );
}

function Wrote({ row: { messages, runId } }: { row: AgentRow }) {
  const [first, ...more] = messages as [AssistantMessage, ...AssistantMessage[]];
  const own = first.parts.filter((p): p is TextPart => p.kind !== "tool");
  const work = [...first.parts.filter((p): p is ToolCall => p.kind === "tool"), ...more.flatMap((m) => m.parts.map((p) => (p.kind === "tool" ? p : thoughtOf(p, m))))];
  return (
    <article className="message agent" aria-label="Agent" aria-busy={first.open}>
      {own.map((part, n) => part.kind === "reasoning"
        ? <Reasoning key={n} text={part.text} runId={runId} thoughtMs={first.thoughtMs} open={first.open && n === own.length - 1} />
        : <Text key={n} part={part} runId={runId} open={first.open} />)}
      {work.length > 0 && <Calls items={work} runId={runId} />}
      <Notes message={messages.at(-1)!} />
    </article>
  );
}

const thoughtOf = (part: TextPart, { thoughtMs }: AssistantMessage): Thought => ({ ...part, ...(thoughtMs === undefined ? {} : { thoughtMs }) });

function Text({ part: { text }, runId, open }: { part: TextPart; runId: string; open: boolean }) {
  return isBodyRef(text)
    ? <LongText text={text} runId={runId}>{(whole) => <Markdown text={whole} complete={!open} />}</LongText>
    : <Markdown text={wholeCharacters(text)} complete={!open} />;
}

/** Why it is not the whole answer. */
function Notes({ message: { failed, attempt, finishReason, stoppedBy } }: { message: AssistantMessage }) {
  return (
    <>
      {failed && <p className="withdrawn">Attempt {attempt} gave no answer: {failed.message}</p>}
      {finishReason === "length" && <p className="withdrawn">The answer was cut off: it reached the longest length that is allowed.</p>}
      {stoppedBy && <p className="withdrawn">{stopLineOf(stoppedBy)}</p>}
    </>
  );
}
