import { useEffect, useState } from "react";

/** What is written and not sent, by conversation: it outlives the view, which is another one once a conversation has begun. */
const drafts = new Map<string, string>();

export function useDraft(threadId: string) {
  const draft = useState(() => drafts.get(threadId) ?? "");
  const [text] = draft;
  useEffect(() => {
    if (text.trim() === "") drafts.delete(threadId);
    else drafts.set(threadId, text);
  }, [threadId, text]);
  return draft;
}
