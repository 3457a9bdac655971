import { useSyncExternalStore } from "react";
import { onWindow } from "./listeners.ts";

const parts = (hash: string) => /^#\/t\/(thr_[A-Za-z0-9_-]{20,64})(?:\?turn=([1-9]\d{0,8}))?$/.exec(hash);

const subscribe = (changed: () => void) => onWindow("hashchange", changed);

/** The thread that the address names; none is a new conversation. */
export const useThreadId = () => useSyncExternalStore(subscribe, () => parts(location.hash)?.[1]);

/** The turn of it that is to be shown; none is the newest. */
export const useTurn = () => useSyncExternalStore(subscribe, () => Number(parts(location.hash)?.[2]) || undefined);

export const hrefOf = (threadId?: string, turn?: number) => (threadId ? `#/t/${threadId}${turn ? `?turn=${turn}` : ""}` : "#/");

export const open = (threadId?: string, turn?: number) => {
  location.hash = hrefOf(threadId, turn);
};
