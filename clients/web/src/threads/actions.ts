import { useMemo } from "react";
import type { ThreadChange, ThreadSummary } from "@orleans-agents/client";
import { wordsOf } from "../app/hooks.ts";
import { notify } from "../app/notices.ts";
import { open } from "../app/route.ts";
import { titleOf } from "../app/words.ts";
import { deleteLater } from "./deletions.ts";

export interface ThreadActions {
  /** False when it was refused. */
  rename(thread: ThreadSummary, title: string): Promise<boolean>;
  pin(thread: ThreadSummary): void;
  archive(thread: ThreadSummary): void;
  remove(thread: ThreadSummary): void;
}

/** A title within a sentence. */
const named = (thread: ThreadSummary) => {
  const title = titleOf(thread);
  return title.length > 60 ? `“${title.slice(0, 59).trimEnd()}…”` : `“${title}”`;
};

/** What can be done with a conversation, open or listed. What the service refuses is told, and the list is as before. */
export function useThreadActions(change: (threadId: string, change: ThreadChange) => Promise<unknown>, openId: string | undefined): ThreadActions {
  return useMemo(() => {
    const send = async (thread: ThreadSummary, what: string, changed: ThreadChange) => {
      try {
        await change(thread.id, changed);
        return true;
      } catch (error) {
        notify({ text: `${named(thread)} was not ${what}: ${wordsOf(error)}`, bad: true });
        return false;
      }
    };
    return {
      rename: (thread, title) => send(thread, "renamed", { title }),
      pin: (thread) => void send(thread, thread.pinned ? "unpinned" : "pinned", { pinned: !thread.pinned }),
      archive: (thread) => {
        const [what, back] = thread.archived ? ["taken out of the archive", true] : ["archived", false];
        void send(thread, what, { archived: !thread.archived }).then((done) => {
          if (done) notify({ text: `${named(thread)} was ${what}.`, undo: () => void send(thread, "brought back", { archived: back }) });
        });
      },
      remove: (thread) => {
        const wasOpen = thread.id === openId;
        if (wasOpen) open();
        deleteLater(thread.id, named(thread), wasOpen ? () => open(thread.id) : undefined);
      },
    };
  }, [change, openId]);
}
