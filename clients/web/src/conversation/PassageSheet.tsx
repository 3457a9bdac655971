import { useId, useLayoutEffect, useRef } from "react";
import type { Citation } from "./citations.ts";

/** The passage behind a citation, as the tool returned it: text, whatever it claims to be. Escape closes it, and the browser gives the focus back. */
export function PassageSheet({ citation: { path, line, at, text }, onClose }: { citation: Citation; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const it = dialog.current!;
    it.showModal();
    it.querySelector("mark")?.scrollIntoView({ block: "center" });
    return () => it.close();
  }, []);
  const lines = text.split("\n");
  return (
    <dialog ref={dialog} className="passage" aria-labelledby={id} onCancel={(e) => { e.preventDefault(); onClose(); }} onClick={(e) => e.target === dialog.current && onClose()}>
      <header>
        <h2 id={id}>{path}</h2>
        {line !== undefined && <p className="note">{lines.length === 1 ? `Line ${line}` : `Lines ${line} to ${line + lines.length - 1}`}, as the agent read them</p>}
        <button type="button" className="icon" autoFocus aria-label="Close the passage" onClick={onClose}>✕</button>
      </header>
      <pre tabIndex={0} aria-label={`Passage of ${path}`}>
        {line === undefined ? text : lines.map((words, n) => (
          <span key={n} className="line">
            <span className="number" aria-hidden="true">{line + n}</span>
            {line + n === at ? <mark>{words || " "}</mark> : words}
            {"\n"}
          </span>
        ))}
      </pre>
    </dialog>
  );
}
