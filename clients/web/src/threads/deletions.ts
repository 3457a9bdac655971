import { useSyncExternalStore } from "react";
import { Listeners } from "../app/listeners.ts";
import { client } from "../app/client.ts";
import { wordsOf } from "../app/hooks.ts";
import { notify, undo, type Notice } from "../app/notices.ts";

/** Conversations that are deleted for the person, and for the service when it can no longer be taken back. */
let deleted: ReadonlySet<string> = new Set();
const pending = new Map<string, Notice>();
const listeners = new Listeners();

export const useDeleted = () => useSyncExternalStore(listeners.subscribe, () => deleted);

/** Hides it at once and sends the deletion after the time to take it back, or when the page is closed before. */
export function deleteLater(id: string, name: string, onUndo?: () => void) {
  show(new Set([...deleted, id]));
  pending.set(id, notify({
    text: `${name} was deleted.`,
    undo: () => {
      pending.delete(id);
      bring(id);
      onUndo?.();
    },
    commit: (leaving) => {
      pending.delete(id);
      client.deleteThread(id, { keepalive: leaving }).catch((error: unknown) => {
        notify({ text: `${name} was not deleted: ${wordsOf(error)}`, bad: true });
      }).finally(() => bring(id));
    },
  }));
}

/** Somebody opens it, or goes back to it: it is not deleted after all. */
export function bringBack(id: string) {
  const notice = pending.get(id);
  if (notice) undo(notice);
}

const bring = (id: string) => show(new Set([...deleted].filter((each) => each !== id)));

function show(next: ReadonlySet<string>) {
  deleted = next;
  listeners.call();
}
