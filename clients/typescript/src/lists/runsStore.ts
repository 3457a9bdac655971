import type { AgentsClient } from "../client.js";
import type { RunSummary } from "../generated/openapi.js";
import type { RunsFilter } from "../watch/transport.js";
import { LiveList } from "./liveList.js";
import { Pages } from "./pages.js";

/** A list of runs, newest first. */
export class RunsStore extends LiveList<RunSummary> {
  constructor(client: AgentsClient, private readonly matching: RunsFilter = {}) {
    const { limit = 100, ...filter } = matching;
    const list = (cursor: string | undefined, signal: AbortSignal) => client.listRuns({ ...filter, limit, cursor }, signal);
    super(client, new Pages(list, (r) => Date.parse(r.createdAt), (known, listed) => (known && known.head > listed.head ? known : listed)), filter);
  }

  protected changed(run: RunSummary) {
    const { threadId = run.threadId, agent = run.agent, status = run.status } = this.matching;
    const matches = threadId === run.threadId && agent === run.agent && status === run.status;
    const known = this.pages.items.find((r) => r.id === run.id);
    if (known && known.head > run.head) return;
    if (matches && Date.parse(run.createdAt) >= this.pages.floor) this.pages.place(run);
    else this.pages.remove(run.id);
    this.show();
  }
}
