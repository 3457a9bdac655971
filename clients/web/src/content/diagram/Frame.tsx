import { useEffect, useRef } from "react";
import { answerOf, type Ask } from "./messages.ts";

interface Props extends Ask {
  onDrawn: (drawn: { svg: string; width: number; height: number }) => void;
  onFailed: (why: string) => void;
}

/** A layout that takes longer is given up, together with the frame that is at it. */
const Patience = 15_000;

/** Draws one diagram in a frame that has no origin, and so no access to this page, its storage or the service. */
export function Frame({ source, dark, onDrawn, onFailed }: Props) {
  const frame = useRef<HTMLIFrameElement>(null);
  const ready = useRef(false);
  const tell = useRef({ onDrawn, onFailed });
  tell.current = { onDrawn, onFailed };
  useEffect(() => {
    const late = setTimeout(() => tell.current.onFailed("It takes too long."), Patience);
    const listen = (event: MessageEvent) => {
      const window = frame.current?.contentWindow;
      // A frame without an origin is "null" to everybody, so that its window tells who speaks.
      if (!window || event.source !== window || event.origin !== "null") return;
      const answer = answerOf(event.data);
      ready.current ||= answer?.kind === "ready";
      if (answer?.kind === "ready") window.postMessage({ source, dark } satisfies Ask, "*");
      if (answer?.kind === "drawn") tell.current.onDrawn(answer);
      if (answer?.kind === "failed") tell.current.onFailed(answer.why);
    };
    addEventListener("message", listen);
    return () => {
      clearTimeout(late);
      removeEventListener("message", listen);
    };
  }, [source, dark]);
  // Its script says that it is ready before the frame counts as loaded; the message may come a little later.
  const onLoad = () => void setTimeout(() => { if (!ready.current && frame.current) tell.current.onFailed("What draws it could not be loaded."); }, 2000);
  return <iframe ref={frame} onLoad={onLoad} className="drawing-frame" sandbox="allow-scripts" src="/diagram.html" title="Draws the diagram" aria-hidden="true" tabIndex={-1} />;
}
