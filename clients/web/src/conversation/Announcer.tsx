import { memo, useEffect, useRef, useState } from "react";
import { previewOf, type RunView, type ThreadView } from "@orleans-agents/client";
import { isActive } from "../app/words.ts";

/** The longest answer that is read out as it comes: whoever wants the rest reads it in the conversation. */
const longest = 500;

/** Tells a screen reader of an answer once it is whole, not of each of its words, and of none that was there before. */
export const Announcer = memo(function Announcer({ thread }: { thread: ThreadView }) {
  const [said, setSaid] = useState("");
  const atWork = useRef<string>(undefined);
  const run = thread.turns.at(-1)?.run;
  useEffect(() => {
    if (run && isActive(run)) atWork.current = run.id;
    else if (run && atWork.current === run.id) {
      atWork.current = undefined;
      setSaid(wordsOf(run));
    }
  }, [run]);
  return <div className="unseen" role="status">{said}</div>;
});

function wordsOf(run: RunView): string {
  if (run.status !== "completed") return run.status === "failed" ? `This turn failed. ${run.error?.message ?? ""}` : "The run was stopped.";
  const text = previewOf(run.output);
  return `The agent answered: ${text.slice(0, longest)}${text.length > longest ? "… The answer goes on." : ""}`;
}
