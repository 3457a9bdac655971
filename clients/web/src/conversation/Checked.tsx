import type { Check } from "@orleans-agents/client";

/** What the tool's own check says of a call of unknown outcome. */
export function Checked({ check }: { check: Check }) {
  return (
    <p className="note">
      Check {check.number}: {wordsOf(check)}
      {check.error && <> <code>{check.error.code}</code> {check.error.message}</>}
    </p>
  );
}

function wordsOf({ finding }: Check): string {
  switch (finding) {
    case undefined:
      return "nobody knows whether it took effect; the tool's own check is asked.";
    case "done":
      return "the tool's own check found that it took effect.";
    case "not_done":
      return "the tool's own check found no effect; it counts once the first call can no longer be at work.";
    case "interrupted":
      return "the tool's own check was cut; it is asked again.";
    default:
      return "the tool's own check cannot tell whether it took effect.";
  }
}
