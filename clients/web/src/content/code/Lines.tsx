import { memo } from "react";

const Size = 40;

const Part = memo(function Part({ text }: { text: string }) {
  return <span className="lines">{text}</span>;
});

/** Lines in parts, so that a line more is drawn without those above it. */
export function Lines({ text }: { text: string }) {
  const lines = text.split("\n");
  const parts: string[] = [];
  for (let i = 0; i < lines.length; i += Size) parts.push(lines.slice(i, i + Size).join("\n") + (i + Size < lines.length ? "\n" : ""));
  return <>{parts.map((part, i) => <Part key={i} text={part} />)}</>;
}
