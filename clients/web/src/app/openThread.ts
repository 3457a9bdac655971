import { useCallback, useEffect } from "react";
import { newestRun, previewOf, type RunView, type ThreadSummary, type ThreadView } from "@orleans-agents/client";
import { useSeeing } from "../threads/seen.ts";
import type { Threads } from "../threads/ThreadList.tsx";
import { showTurn } from "./places.ts";
import { hrefOf, open, useTurn } from "./route.ts";
import { titleOf } from "./words.ts";

/** The conversation that is open, as the list would show it. */
export const summaryOf = (view: ThreadView): ThreadSummary => ({
  id: view.id,
  title: titleOf(view, previewOf(view.turns[0]?.input)),
  createdAt: view.createdAt ?? "",
  updatedAt: view.updatedAt ?? "",
  pinned: view.pinned,
  archived: view.archived,
});

/** What follows from a conversation being open: it is seen, the list knows its run, and the address may name a turn. */
export function useOpenThread(threadId: string | undefined, view: ThreadView | undefined, { items, refresh }: Pick<Threads, "items" | "refresh">) {
  const listed = items.find((t) => t.id === threadId);
  useSeeing(threadId, view?.updatedAt, listed?.updatedAt);

  // Renamed, pinned or archived elsewhere: the list did not hear of it.
  const changed = view !== undefined && listed !== undefined
    && ((view.title !== undefined && view.title !== listed.title) || Boolean(view.pinned) !== Boolean(listed.pinned) || view.archived === true);
  useEffect(() => {
    if (changed) refresh();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [view?.title, view?.pinned, view?.archived]);

  const turn = useTurn();
  const there = turn !== undefined && view?.turns.some((t) => t.turn === turn) === true;
  useEffect(() => {
    if (!there) return;
    const frame = requestAnimationFrame(() => showTurn(turn));
    return () => cancelAnimationFrame(frame);
  }, [threadId, turn, there]);

  // It changes with the run's standing, not with every word of it: the whole list is drawn by it.
  const run = view && newestRun(view);
  return useCallback(
    (listed: ThreadSummary): ThreadSummary => (listed.id === view?.id ? withRun(listed, run) : listed),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [view?.id, run?.id, run?.status, run?.reason, run !== undefined && run.head > 0],
  );
}

/** Goes to a conversation, and to a turn of it also where the address names that already. */
export function goTo(threadId: string, turn?: number) {
  if (turn !== undefined && location.hash === hrefOf(threadId, turn)) showTurn(turn);
  else open(threadId, turn);
}

/** The open conversation is known better than the list knows it. */
function withRun(listed: ThreadSummary, run?: RunView): ThreadSummary {
  if (!run || run.head === 0 || !listed.run || (listed.run.id === run.id && listed.run.head > run.head)) return listed;
  return { ...listed, run: { ...listed.run, id: run.id, status: run.status, reason: run.reason } };
}
