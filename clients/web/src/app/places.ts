import { createContext, useContext } from "react";

/** Ways from what stands beside the conversation to what it speaks of. */
export interface Places {
  /** The turns that there are. */
  turns: ReadonlySet<number>;
  /** Shows where a turn begins. */
  toTurn(turn: number): void;
  /** Shows the memory as it was at a version. */
  toMemory(version: number): void;
}

export const PlacesContext = createContext<Places>({ turns: new Set(), toTurn: () => {}, toMemory: () => {} });

export const usePlaces = () => useContext(PlacesContext);

/** The element at which a turn begins. */
export const anchorOf = (turn: number) => `turn-${turn}`;

/** A person who cannot see the scrolling is where it went too: the message has the focus. */
export function showTurn(turn: number) {
  const message = document.getElementById(anchorOf(turn));
  message?.focus({ preventScroll: true });
  message?.scrollIntoView({ block: "start" });
}
