import type { MemoryVersion, MemoryView } from "@orleans-agents/client";
import { ago, exactly } from "../app/words.ts";
import { useNow } from "../app/hooks.ts";
import { madeBy, tokensOf } from "./words.ts";

/** Every version, newest first, with what made it. Choosing one shows it. */
export function Versions({ view, onChoose }: { view: MemoryView; onChoose: (version: number) => void }) {
  const now = useNow(true, 30_000);
  return (
    <section aria-label="Versions">
      <h3>Versions</h3>
      <ol className="versions" reversed>
        {view.versions.toReversed().map((v) => (
          <li key={v.version}>
            <Choice number={v.version} view={view} onChoose={onChoose}>
              <time dateTime={v.at} title={exactly(v.at)}>{ago(v.at, now)}</time>
              <span className="made">{madeBy(v)}</span>
              <Tokens version={v} />
            </Choice>
          </li>
        ))}
        <li>
          <Choice number={0} view={view} onChoose={onChoose}><span className="made">Before the first summary</span></Choice>
        </li>
      </ol>
    </section>
  );
}

function Choice({ number, view, onChoose, children }: { number: number; view: MemoryView; onChoose: (version: number) => void; children: React.ReactNode }) {
  return (
    <button type="button" aria-current={number === view.shown ? "true" : undefined} onClick={() => onChoose(number)}>
      <span className="name">{number === 0 ? "Start" : `Version ${number}`}</span>
      {number === view.version && <span className="present">present</span>}
      {children}
    </button>
  );
}

function Tokens({ version: { tokensBefore, tokensAfter } }: { version: MemoryVersion }) {
  return tokensBefore == null || tokensAfter == null ? null : <span className="tokens">{tokensOf(tokensBefore, tokensAfter)}</span>;
}
