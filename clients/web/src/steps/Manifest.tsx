import type { ContextManifest, LeftOut, NumberRange } from "@orleans-agents/client";
import { usePlaces } from "../app/places.ts";
import { TurnRange } from "../app/TurnLinks.tsx";
import { count } from "../app/words.ts";
import { barOf, percentOf, type Segment } from "./parts.ts";

/** What a request is made of: a bar, the table that says the same in words and numbers, and what stayed out and why. */
export function Manifest({ manifest }: { manifest: ContextManifest }) {
  const { segments, free } = barOf(manifest);
  const { budget, tokens, memoryVersion, out } = manifest;
  return (
    <div className="manifest">
      <p className="note">
        About {count(tokens)} of {count(budget)} tokens{free < 0 ? ": more than the budget" : ""}
        {memoryVersion != null && <>; older turns from <MemoryLink version={memoryVersion} /></>}
      </p>
      <svg className="token-bar" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
        <rect className="free" width="1000" height="12" />
        {segments.map((s) => (
          <rect key={s.part} className={`part ${s.part}`} x={s.from} width={s.width} height="12"><title>{`${s.title}: ${count(s.tokens)} tokens`}</title></rect>
        ))}
      </svg>
      <table className="token-table">
        <caption className="unseen">What the request is made of, in tokens</caption>
        <thead className="unseen"><tr><th scope="col">Part</th><th scope="col">Tokens</th><th scope="col">Of the budget</th></tr></thead>
        <tbody>
          {segments.map((s) => <Row key={s.part} segment={s} budget={budget} />)}
          {free > 0 && <tr><th scope="row"><Swatch part="free" />Not used</th><td>{count(free)}</td><td>{percentOf(free, budget)}</td></tr>}
        </tbody>
      </table>
      {out.length > 0 && <Out out={out} />}
    </div>
  );
}

function MemoryLink({ version }: { version: number }) {
  const { toMemory } = usePlaces();
  return <button type="button" className="link" onClick={() => toMemory(version)}>memory version {version}</button>;
}

const Row = ({ segment: { part, title, tokens, of }, budget }: { segment: Segment; budget: number }) => (
  <tr>
    <th scope="row"><Swatch part={part} />{title}{of && <span className="of"><Ranges what={of.what} ranges={of.ranges} /></span>}</th>
    <td>{count(tokens)}</td>
    <td>{percentOf(tokens, budget)}</td>
  </tr>
);

const Swatch = ({ part }: { part: string }) => <svg className="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect className={part === "free" ? "free" : `part ${part}`} width="10" height="10" /></svg>;

function Ranges({ what, ranges }: { what: "turns" | "events"; ranges: NumberRange[] }) {
  return ranges.map(({ from, through }, i) => (
    <span key={i}>
      {i > 0 && ", "}
      {what === "turns" ? <TurnRange from={from} through={through} /> : from === through ? `Event ${from}` : `Events ${from}–${through}`}
    </span>
  ));
}

function Out({ out }: { out: LeftOut[] }) {
  return (
    <details>
      <summary>Left out: about {count(out.reduce((sum, o) => sum + o.tokens, 0))} tokens</summary>
      <ul className="left-out">
        {out.map((o, i) => (
          <li key={i}>
            <span><Ranges what={o.what === "turns" ? "turns" : "events"} ranges={o.of} /></span> <span className="tokens">{count(o.tokens)} tokens</span> <span className="why">{o.why}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
