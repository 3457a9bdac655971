import { standingOf } from "../app/words.ts";

/** Where a run stands, in the words of the API. */
export function RunStatus({ status, reason }: { status: string | null; reason?: string | null }) {
  const { tone } = standingOf({ status, reason });
  return (
    <span className={`run-status ${tone}`}>
      <span className={`dot ${tone}`} aria-hidden="true" />
      {status}{reason && ` (${reason})`}
    </span>
  );
}
