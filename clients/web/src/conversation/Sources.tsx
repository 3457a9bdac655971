import { useId, useMemo, useState } from "react";
import type { RunView } from "@orleans-agents/client";
import { citationsOf, type Citation } from "./citations.ts";
import { PassageSheet } from "./PassageSheet.tsx";

/** The documents that an answer names: each opens what the run's own tools returned of it. */
export function Sources({ run }: { run: RunView }) {
  const citations = useMemo(() => citationsOf(run), [run]);
  const id = useId();
  const [shown, setShown] = useState<Citation>();
  if (citations.length === 0) return null;
  return (
    <div className="sources">
      <p id={id}>Sources</p>
      <ul aria-labelledby={id}>
        {citations.map((c) => (
          <li key={`${c.path}:${c.at ?? c.line}`}>
            <button type="button" className="quiet" onClick={() => setShown(c)}>{nameOf(c)}</button>
          </li>
        ))}
      </ul>
      {shown && <PassageSheet citation={shown} onClose={() => setShown(undefined)} />}
    </div>
  );
}

export const nameOf = ({ path, at, line }: Citation) => ((at ?? line) === undefined ? path : `${path}, line ${at ?? line}`);
