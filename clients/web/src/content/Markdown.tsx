import { memo, useSyncExternalStore, type ComponentType } from "react";

export interface MarkdownProps {
  text: string;
  /** False while more of the text is coming. */
  complete?: boolean;
}

let drawing: ComponentType<MarkdownProps> | undefined;
let loading: Promise<void> | undefined;
const waiting = new Set<() => void>();

/** Fetches what reads and draws markdown. Until it is there, a text is shown as it was written. */
export function loadMarkdown(): Promise<void> {
  loading ??= import("./markdown/Document.tsx").then(
    ({ Document }) => {
      drawing = Document;
      waiting.forEach((tell) => tell());
    },
    () => { loading = undefined; },
  );
  return loading;
}

function subscribe(tell: () => void) {
  waiting.add(tell);
  void loadMarkdown();
  return () => { waiting.delete(tell); };
}

/** What a model wrote: data, whatever it claims to be. HTML in it is shown as text. */
export const Markdown = memo(function Markdown({ text, complete = true }: MarkdownProps) {
  const Document = useSyncExternalStore(subscribe, () => drawing, () => drawing);
  return <div className="markdown">{Document ? <Document text={text} complete={complete} /> : <p className="plain">{text}</p>}</div>;
});
