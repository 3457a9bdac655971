import { useEffect, useState } from "react";
import { wordsOf } from "../app/hooks.ts";
import { copy } from "./copy.ts";

interface Props {
  /** What is copied, as a person calls it. */
  what: string;
  /** Made when it is asked for: a part of it may have to be fetched. */
  text: string | (() => string | Promise<string>);
  /** Stands on the button instead of the picture. */
  word?: string;
  title?: string;
}

const Copied = "Copied";

/** Copies a text and announces it. A failure is shown with its reason. */
export function Copy({ what, text, word, title }: Props) {
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    if (said === undefined) return;
    const timer = setTimeout(() => setSaid(undefined), said === Copied ? 2500 : 6000);
    return () => clearTimeout(timer);
  }, [said]);
  const act = async () => {
    try {
      setSaid((await copy(typeof text === "string" ? text : await text())) ? Copied : "Not copied: the browser does not allow it");
    } catch (error) {
      setSaid(`Not copied: ${wordsOf(error)}`);
    }
  };
  const done = said === Copied;
  return (
    <span className={word === undefined ? "copy" : "copy worded"}>
      <button type="button" className="quiet" aria-label={`Copy ${what}`} title={title ?? `Copy ${what}`} onClick={act}>
        {word !== undefined ? (done ? Copied : word) : done ? <Done /> : <Sheets />}
      </button>
      <span className={said === undefined || done ? "unseen" : "failure"} role="status">{said}</span>
    </span>
  );
}

const Sheets = () => <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true"><path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinejoin="round" /></svg>;
const Done = () => <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true"><path d="m3 8.5 3.2 3.2L13 5" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" /></svg>;
