import { memo, useEffect, useState, type ReactNode } from "react";
import { Copy } from "../Copy.tsx";
import { Diagram } from "../diagram/Diagram.tsx";
import { Lines } from "./Lines.tsx";
import { labelOf } from "./names.ts";

interface Props {
  code: string;
  language?: string;
  /** More of it is coming. */
  open?: boolean;
}

// Beyond this colours cost more than they help.
const Longest = 60_000;
const hidden = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/;

/** Code with its language and a button that copies it. Its colours come when it is whole. */
export const CodeBlock = memo(function CodeBlock({ code, language, open = false }: Props) {
  const [wrap, setWrap] = useState(false);
  const coloured = useColours(code, language, open);
  const label = labelOf(language);
  return (
    <figure className="code" aria-label={label ? `Code, ${label}` : "Code"}>
      <div className="code-bar">
        <span>{label ?? "text"}</span>
        <button type="button" className="quiet" aria-pressed={wrap} onClick={() => setWrap(!wrap)}>Wrap</button>
        <Copy what="code" text={code} />
      </div>
      {hidden.test(code) && <p className="warning">This code has hidden characters that change the order in which it is shown.</p>}
      <pre className={wrap ? "wrapped" : undefined} tabIndex={0} aria-label={label ?? "Code"}><code dir="ltr">{coloured ?? <Lines text={code} />}</code></pre>
      {language === "mermaid" && !open && <Diagram source={code} />}
    </figure>
  );
});

function useColours(code: string, language: string | undefined, open: boolean): ReactNode {
  const [found, setFound] = useState<{ code: string; drawn: ReactNode }>();
  const wanted = !open && language !== undefined && code.length > 0 && code.length <= Longest;
  useEffect(() => {
    if (!wanted) return;
    let stopped = false;
    import("./highlight.tsx").then(
      ({ highlight }) => { if (!stopped) setFound({ code, drawn: highlight(code, language) }); },
      // Without colours it is still code.
      () => {},
    );
    return () => { stopped = true; };
  }, [code, language, wanted]);
  return found?.code === code ? found.drawn : undefined;
}
