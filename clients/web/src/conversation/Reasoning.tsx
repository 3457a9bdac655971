import type { Text } from "@orleans-agents/client";
import { duration } from "../app/words.ts";
import { LongText } from "../content/LongText.tsx";
import { Markdown } from "../content/Markdown.tsx";
import { Fold } from "./Fold.tsx";

interface Props {
  text: Text;
  runId: string;
  thoughtMs?: number;
  /** It thinks at the moment. */
  open?: boolean;
}

/** What the model thought before it wrote: one line, until somebody wants to read it. */
export function Reasoning({ text, runId, thoughtMs, open = false }: Props) {
  const title = open ? "Thinking…" : thoughtMs === undefined ? "Thought" : `Thought for ${duration(Math.max(1000, Math.round(thoughtMs / 1000) * 1000)).replace(".0", "")}`;
  // Some providers keep the thoughts themselves closed.
  if (text === "") return <p className="reasoning">{title}</p>;
  return (
    <Fold className="reasoning" summary={title}>
      {() => <LongText text={text} runId={runId}>{(whole) => <Markdown text={whole} complete={!open} />}</LongText>}
    </Fold>
  );
}
