import { useEffect, useState } from "react";
import type { StepContext } from "@orleans-agents/client";
import { client } from "../app/client.ts";
import { Manifest } from "./Manifest.tsx";
import { ModelInput } from "./ModelInput.tsx";

/** What the model saw at a step: asked for when it is shown, and again with each attempt. */
export function Context({ runId, step, attempt, done }: { runId: string; step: number; attempt: number; done: boolean }) {
  const [state, setState] = useState<{ context?: StepContext; failure?: string }>({});
  useEffect(() => {
    const stop = new AbortController();
    client.stepContext(runId, step, stop.signal).then(
      (context) => setState({ context }),
      (error: Error) => !stop.signal.aborted && setState({ failure: error.message }),
    );
    return () => stop.abort();
  }, [runId, step, attempt, done]);
  if (state.failure) return <p className="failure" role="alert">{state.failure}</p>;
  if (!state.context) return <p className="note">Loading…</p>;
  return (
    <>
      {state.context.manifest && <Manifest manifest={state.context.manifest} />}
      <ModelInput context={state.context} />
    </>
  );
}
