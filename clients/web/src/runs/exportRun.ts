import { ProblemError } from "@orleans-agents/client";
import { askAgain, heldToken } from "../session/session.ts";

/** Saves all events of a run, one a line. A link could not say who asks, so the page fetches them and hands them on. */
export async function exportRun(runId: string): Promise<void> {
  for (;;) {
    const token = heldToken();
    const response = await fetch(`/v1/runs/${encodeURIComponent(runId)}/export`, { headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } });
    if (response.status === 401 && (await askAgain(token))) continue;
    if (!response.ok) throw await ProblemError.of(response);
    return save(await response.blob(), `${runId}.ndjson`);
  }
}

function save(blob: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
