import { useEffect, useRef, useState } from "react";
import { TitleField } from "../threads/TitleField.tsx";

/** The name of what is shown. Where it can be renamed, a click writes it anew in its place; `onRename` answers false when it was refused. */
export function Title({ title, onRename }: { title: string; onRename?: (title: string) => Promise<boolean> }) {
  const [writing, setWriting] = useState(false);
  // Shown until the service has said so itself.
  const [written, setWritten] = useState<string>();
  useEffect(() => setWritten(undefined), [title]);
  const button = useRef<HTMLButtonElement>(null);
  if (!onRename) return <h1>{title}</h1>;
  const shown = written ?? title;
  const done = (next: string | undefined) => {
    setWriting(false);
    if (next !== undefined) {
      setWritten(next);
      void onRename(next).then((taken) => taken || setWritten(undefined));
    }

    requestAnimationFrame(() => document.activeElement === document.body && button.current?.focus());
  };
  return writing
    ? <TitleField title={shown} onDone={done} />
    : <h1><button ref={button} type="button" className="title-button" title="Rename" onClick={() => setWriting(true)}>{shown}</button></h1>;
}
