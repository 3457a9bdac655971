import type { DroppedView, SummaryView } from "@orleans-agents/client";
import { TurnLink, TurnRange } from "../app/TurnLinks.tsx";
import { count } from "../app/words.ts";
import { tokensOf, writerOf } from "./words.ts";

/** A summary with the turns that it stands for. Its texts are data: shown as they are, whatever they look like. */
export function Summary({ summary }: { summary: SummaryView }) {
  const { version, level, fromTurn, throughTurn, by, text, facts, tokens, tokensBefore, dropped } = summary;
  const turns = fromTurn === throughTurn ? `turn ${fromTurn}` : `turns ${fromTurn} to ${throughTurn}`;
  return (
    <article className="summary" aria-label={`Summary of ${turns}`}>
      <header>
        <strong><TurnRange from={fromTurn} through={throughTurn} /></strong>
        <span className="tokens">{tokensOf(tokensBefore, tokens)}</span>
        <span className="made">{level > 0 && "From earlier summaries, "}{writerOf(by)}; since version {version}</span>
      </header>
      <pre className="json said" tabIndex={0} aria-label={`What is told of ${turns}`}>{text}</pre>
      {facts && (
        <details>
          <summary>Facts, word for word</summary>
          <pre className="json" tabIndex={0} aria-label={`Facts of ${turns}`}>{facts}</pre>
        </details>
      )}
      {dropped.length > 0 && <Dropped dropped={dropped} turns={turns} />}
    </article>
  );
}

function Dropped({ dropped, turns }: { dropped: DroppedView[]; turns: string }) {
  return (
    <details>
      <summary>Not said word for word: {dropped.length} ({count(dropped.reduce((sum, d) => sum + d.tokens, 0))} tokens)</summary>
      <ul className="dropped" tabIndex={0} aria-label={`What is not said of ${turns}, and why`}>
        {dropped.map((d, i) => (
          <li key={i}><span>Turn <TurnLink turn={d.turn} /></span> <span className="tokens">{count(d.tokens)} tokens</span> <span className="why">{d.why}</span></li>
        ))}
      </ul>
    </details>
  );
}
