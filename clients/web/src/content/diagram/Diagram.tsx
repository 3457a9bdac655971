import { useEffect, useState } from "react";
import { Frame } from "./Frame.tsx";
import { useDark } from "./useDark.ts";

interface Drawn {
  svg: string;
  width: number;
  height: number;
}

/** Offers a diagram below its source; what draws is large, and is loaded only when somebody wants to see one. */
export function Diagram({ source }: { source: string }) {
  const [shown, setShown] = useState(false);
  return (
    <div className="diagram">
      <button type="button" aria-expanded={shown} onClick={() => setShown(!shown)}>{shown ? "Hide diagram" : "Show diagram"}</button>
      {shown && <Drawing source={source} />}
    </div>
  );
}

function Drawing({ source }: { source: string }) {
  const dark = useDark();
  const asked = `${dark} ${source}`;
  const [result, setResult] = useState<{ asked: string; drawn?: Drawn; failure?: string }>();
  const answered = result?.asked === asked ? result : undefined;
  return (
    <>
      {!answered && <Frame key={asked} source={source} dark={dark} onDrawn={(drawn) => setResult({ asked, drawn })} onFailed={(failure) => setResult({ asked, failure })} />}
      <div role="status">
        {!result && <p className="note">Drawing…</p>}
        {answered?.failure && <p className="failure">This cannot be drawn. {answered.failure}</p>}
      </div>
      {result?.drawn && <Picture drawn={result.drawn} name={nameOf(source)} />}
    </>
  );
}

/** As an image it can run nothing, load nothing and lead nowhere. */
function Picture({ drawn, name }: { drawn: Drawn; name: string }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([drawn.svg], { type: "image/svg+xml" }));
    setUrl(url);
    return () => URL.revokeObjectURL(url);
  }, [drawn]);
  return <div className="picture" tabIndex={0} role="region" aria-label={name}>{url && <img src={url} width={drawn.width} height={drawn.height} alt={name} />}</div>;
}

/** Its own title, or its kind: the first word of its source. */
function nameOf(source: string): string {
  const title = /^\s*(?:accTitle\s*:|title\s*:?)\s*(.+)$/m.exec(source)?.[1];
  const kind = /^\s*(?!%%|---)([\w-]+)/m.exec(source)?.[1];
  return `Diagram${title ? `: ${title.trim().slice(0, 120)}` : kind ? `: ${kind}` : ""}`;
}
