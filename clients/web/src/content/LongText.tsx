import { useState, type ReactNode } from "react";
import { isBodyRef, type BodyRef, type Text } from "@orleans-agents/client";
import { client } from "../app/client.ts";
import { useCommand } from "../app/hooks.ts";
import { count } from "../app/words.ts";

/** A text, or its beginning with a button that fetches the rest. */
export function LongText({ text, runId, children }: { text: Text; runId: string; children: (text: string) => ReactNode }) {
  return isBodyRef(text) ? <Body body={text} runId={runId}>{children}</Body> : children(text);
}

function Body({ body, runId, children }: { body: BodyRef; runId: string; children: (text: string) => ReactNode }) {
  const [whole, setWhole] = useState<string>();
  const { busy, failure, run } = useCommand();
  return (
    <>
      {children(whole ?? `${body.preview}…`)}
      {whole === undefined && (
        <p className="more">
          <button type="button" className="quiet" disabled={busy} onClick={() => run(async () => setWhole(await client.body(runId, body.ref)))}>
            {busy ? "Loading…" : `Show all ${count(Math.ceil(body.bytes / 1024))} KB`}
          </button>
          {failure && <span className="failure" role="alert">{failure}</span>}
        </p>
      )}
    </>
  );
}
