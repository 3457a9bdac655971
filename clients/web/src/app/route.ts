import { useSyncExternalStore } from "react";

const threadOf = (hash: string) => /^#\/t\/(thr_[A-Za-z0-9_-]{20,64})$/.exec(hash)?.[1];

const subscribe = (changed: () => void) => {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
};

/** The thread that the address names; none is a new conversation. */
export const useThreadId = () => useSyncExternalStore(subscribe, () => threadOf(location.hash));

export const hrefOf = (threadId?: string) => (threadId ? `#/t/${threadId}` : "#/");

export const open = (threadId?: string) => {
  location.hash = hrefOf(threadId);
};
