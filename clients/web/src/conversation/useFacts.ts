import { useRef } from "react";
import type { ThreadView } from "@orleans-agents/client";

/** How far what does not show the words may be behind them, in milliseconds. It is looked at when words are drawn. */
const behind = 1000;

/** The thread for all that follows its facts: while only words are added it stays the same object, and nothing is drawn again for them. */
export function useFacts(thread: ThreadView): ThreadView {
  const kept = useRef({ thread, at: 0 });
  const now = performance.now();
  if (!hasSameFacts(kept.current.thread, thread) || now - kept.current.at > behind) kept.current = { thread, at: now };
  return kept.current.thread;
}

const hasSameFacts = (a: ThreadView, b: ThreadView) =>
  a.id === b.id && a.head === b.head && a.turns.length === b.turns.length && a.turns.every(({ run }, n) => run.head === b.turns[n]!.run.head);
