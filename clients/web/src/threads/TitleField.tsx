import { useEffect, useRef, type KeyboardEvent } from "react";
import { isTaken } from "../app/hooks.ts";

interface Props {
  title: string;
  /** Undefined where nothing is changed. */
  onDone: (title: string | undefined) => void;
}

/** A title that is written anew in its place. Enter or leaving it keeps what was written, Escape does not. */
export function TitleField({ title, onDone }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const over = useRef(false);
  useEffect(() => {
    input.current!.select();
  }, []);
  const done = (keep: boolean) => {
    if (over.current) return;
    over.current = true;
    const written = input.current!.value.trim().slice(0, 200);
    onDone(keep && written !== "" && written !== title ? written : undefined);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    // An input method takes its own Enter and Escape.
    if (isTaken(e.nativeEvent)) return;
    e.stopPropagation();
    if (e.key !== "Enter" && e.key !== "Escape") return;
    e.preventDefault();
    done(e.key === "Enter");
  };
  return (
    <input ref={input} className="title-field" aria-label="Title" defaultValue={title} maxLength={200} autoFocus spellCheck={false} onKeyDown={onKeyDown} onBlur={() => done(true)} />
  );
}
