import type { StepContext } from "@orleans-agents/client";
import { Value } from "../content/Value.tsx";

interface Request {
  definition?: { instructions?: string; tools?: { name: string }[] };
  messages?: { role: string; text?: string; content?: { type?: string; text?: unknown }[]; toolCalls?: { tool: string; arguments: unknown }[] }[];
}

/** A request as it was assembled for the model, message by message. */
export function ModelInput({ context }: { context: StepContext }) {
  const { definition, messages } = context.request as Request;
  return (
    <div className="model-input">
      {context.matches === true && <p className="note verified">Verified: its hash is the one that the answer recorded.</p>}
      {context.matches === false && <p className="failure">This is not what was sent: its hash differs from the recorded one.</p>}
      {definition?.instructions && (
        <details>
          <summary>instructions{definition.tools?.length ? `, ${definition.tools.length} tools` : ""}</summary>
          <Value value={definition.instructions} label="Instructions" />
          {definition.tools && definition.tools.length > 0 && <Value value={definition.tools} label="Tools" />}
        </details>
      )}
      {messages?.map((m, i) => (
        <details key={i} open={i === messages.length - 1}>
          <summary>{m.role}</summary>
          <Value value={textOf(m)} label={`Message ${i + 1}, ${m.role}`} />
        </details>
      ))}
      {!messages && <Value value={context.request} label="Request" />}
    </div>
  );
}

function textOf(m: NonNullable<Request["messages"]>[number]): unknown {
  if (m.text !== undefined) return m.text;
  const said = (m.content ?? []).map((p) => (typeof p.text === "string" ? p.text : JSON.stringify(p.text))).join("\n");
  const calls = (m.toolCalls ?? []).map((c) => `${c.tool}(${JSON.stringify(c.arguments)})`).join("\n");
  return [said, calls].filter(Boolean).join("\n\n");
}
