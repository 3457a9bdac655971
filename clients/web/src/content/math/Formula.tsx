import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";

type Typeset = typeof import("./typeset.ts").typeset;

let loaded: Typeset | undefined;

/** A formula. Until it can be set, and where it is none, its source is shown. */
export const Formula = memo(function Formula({ tex, display = false }: { tex: string; display?: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  const [typeset, setTypeset] = useState(() => loaded);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    if (typeset) return;
    let stopped = false;
    import("./typeset.ts").then((module) => {
      loaded = module.typeset;
      if (!stopped) setTypeset(() => module.typeset);
    }, () => {});
    return () => { stopped = true; };
  }, [typeset]);
  useLayoutEffect(() => {
    if (typeset && place.current) setFailure(typeset(tex, place.current, display));
  }, [typeset, tex, display]);
  const set = typeset && failure === undefined;
  return (
    <span className={`math${display ? " display" : ""}`} {...(display && set ? { tabIndex: 0, role: "group", "aria-label": "Formula" } : {})}>
      {!set && <code className="tex" title={failure}>{tex}</code>}
      <span ref={place} hidden={!set} />
    </span>
  );
});
