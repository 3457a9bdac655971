import { MessagePrimitive, ThreadPrimitive, useAuiState } from "@assistant-ui/react";
import type { AssistantMessage, BodyRef, ToolCall, UserMessage } from "@orleans-agents/client";
import type { Item } from "./convert.ts";
import { LongText } from "./LongText.tsx";
import { Markdown } from "./Markdown.tsx";
import { ToolCard } from "./ToolCard.tsx";
import { anchorOf } from "../app/places.ts";
import { exactly, stopLineOf } from "../app/words.ts";

/** The conversation's messages, oldest first. */
export function Messages() {
  return <ThreadPrimitive.Messages components={{ UserMessage: UserSaid, AssistantMessage: AgentSaid }} />;
}

const useItem = () => useAuiState((s) => s.message.metadata.custom.item as Item);

function UserSaid() {
  const { message, runId, turn } = useItem();
  const { text, delivery, at } = message as UserMessage;
  return (
    <MessagePrimitive.Root className="message user" aria-label="You" {...(turn === undefined ? {} : { id: anchorOf(turn), tabIndex: -1 })}>
      {delivery && <p className="label">{delivery === "interrupt" ? "You, interrupting" : "You, steering"}</p>}
      <div className="bubble" title={exactly(at)}>
        <LongText text={text} runId={runId}>{(whole) => <p>{whole}</p>}</LongText>
      </div>
    </MessagePrimitive.Root>
  );
}

function AgentSaid() {
  const { message } = useItem();
  const { open, parts, failed, attempt, finishReason, stoppedBy } = message as AssistantMessage;
  if (!open && !failed && parts.length === 0) return null;
  return (
    <MessagePrimitive.Root className="message agent" aria-label="Agent" aria-busy={open}>
      <MessagePrimitive.Parts components={{ Text, Reasoning, data: { by_name: { body: Body } }, tools: { Override: Tool } }} />
      {open && parts.length === 0 && <p className="thinking"><span className="dots" aria-hidden="true"><i /><i /><i /></span> Thinking…</p>}
      {failed && <p className="withdrawn">Attempt {attempt} gave no answer: {failed.message}</p>}
      {finishReason === "length" && <p className="withdrawn">The answer was cut off: it reached the longest length that is allowed.</p>}
      {stoppedBy && <p className="withdrawn">{stopLineOf(stoppedBy)}</p>}
    </MessagePrimitive.Root>
  );
}

const Text = ({ text }: { text: string }) => <Markdown text={text} />;

function Reasoning({ text }: { text: string }) {
  return (
    <details className="reasoning">
      <summary>Reasoning</summary>
      <Markdown text={text} />
    </details>
  );
}

function Body({ data }: { data: unknown }) {
  const { runId } = useItem();
  return <LongText text={data as BodyRef} runId={runId}>{(whole) => <Markdown text={whole} />}</LongText>;
}

function Tool({ artifact }: { artifact?: unknown }) {
  const { runId } = useItem();
  return artifact ? <ToolCard call={artifact as ToolCall} runId={runId} /> : null;
}
