import { usePlaces } from "./places.ts";

/** A turn's number; it leads to the turn where that is still there. */
export function TurnLink({ turn }: { turn: number }) {
  const { turns, toTurn } = usePlaces();
  return turns.has(turn)
    ? <button type="button" className="link" aria-label={`Go to turn ${turn}`} onClick={() => toTurn(turn)}>{turn}</button>
    : <span>{turn}</span>;
}

/** “Turn 3” or “Turns 3–7”: the first and the last lead to them. */
export function TurnRange({ from, through }: { from: number; through: number }) {
  return (
    <span className="turn-range">
      {from === through ? "Turn " : "Turns "}
      <TurnLink turn={from} />
      {from !== through && <>–<TurnLink turn={through} /></>}
    </span>
  );
}
