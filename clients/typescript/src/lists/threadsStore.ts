import type { AgentsClient, Page, ThreadChange } from "../client.js";
import type { RunSummary, ThreadSummary } from "../generated/openapi.js";
import { mayPass } from "../problem.js";
import { onFocus } from "./focus.js";
import { LiveList } from "./liveList.js";
import { Pages } from "./pages.js";

/** Reasons that only a person or a client can answer. */
const asking = new Set(["decision", "approval", "question", "client_tool"]);

interface Standing {
  status: string | null;
  reason?: string | null;
}

/** Whether a run waits for an answer that only a person or a client can give. */
export const asksSomebody = (run?: Standing | null): boolean => run?.status === "waiting" && asking.has(run.reason ?? "");

/** Whether a run goes on only after somebody has done something. */
export const waitsForSomebody = (run?: Standing | null): boolean => run?.status === "paused" || asksSomebody(run);

/** Runs of each kind that wait for somebody and are looked at. */
const mostWaiting = 100;

/** Conversations that wait for somebody below what was read, of which each is asked for. */
const mostLookedUp = 20;

/** The conversations of the caller, newest activity first; pinned ones and those that wait for somebody are there wherever they are in the list. */
export class ThreadsStore extends LiveList<ThreadSummary> {
  private pinned: Page<ThreadSummary> | undefined;
  /** Changed runs whose conversations were not listed when they were looked for. */
  private readonly absent = new Set<string>();

  constructor(client: AgentsClient, private readonly archived = false, limit = 100) {
    const list = (cursor: string | undefined, signal: AbortSignal) => client.listThreads({ limit, cursor, ...(archived ? { archived } : {}) }, signal);
    super(client, new Pages(list, (t) => Date.parse(t.updatedAt), newerRun), {});
  }

  /** Shows the change at once, and takes it back when the service refuses it. */
  change = async (threadId: string, change: ThreadChange): Promise<void> => {
    const before = this.pages.items.find((t) => t.id === threadId);
    if (before) this.put({ ...before, ...change });
    try {
      await this.client.changeThread(threadId, change);
    } catch (error) {
      if (before) this.put(before);
      throw error;
    }
  };

  protected override begin(signal: AbortSignal) {
    const off = [this.client.onThreadChange((threadId, gone) => (gone ? this.forget(threadId) : this.refresh())), onFocus(() => this.absent.clear())];
    signal.addEventListener("abort", () => off.forEach((end) => end()));
    super.begin(signal);
  }

  protected changed(run: RunSummary) {
    const thread = this.pages.items.find((t) => t.id === run.threadId);
    if (thread) {
      if (isNews(thread, run)) this.pages.place(withRun(thread, run));
      this.show();
    } else if (run.threadId && !this.absent.has(run.id)) {
      this.absent.add(run.id);
      this.refresh();
    }
  }

  protected override async compare(signal: AbortSignal): Promise<void> {
    await super.compare(signal);
    if (this.archived) return;
    await this.readPinned(signal);
    const runs = (await Promise.all((["waiting", "paused"] as const).map((status) => this.client.listRuns({ status, limit: mostWaiting }, signal)))).map((page) => page.items);
    for (const some of runs) await this.lookUp(some, signal);
    if (runs.every((some) => some.length < mostWaiting)) await this.lookAgain(new Set(runs.flat().map((run) => run.id)), signal);
    this.show();
  }

  protected override get shown() {
    const { items, floor, time } = this.pages;
    return items.filter((t) => time(t) >= floor || t.pinned || waitsForSomebody(t.run));
  }

  private async readPinned(signal: AbortSignal): Promise<void> {
    const page = await this.client.listThreads({ pinned: true, limit: 100 }, signal);
    if (page === this.pinned) return;
    this.pinned = page;
    const pinned = page.items.filter((t) => t.pinned);
    const ids = new Set(pinned.map((t) => t.id));
    this.pages.items = this.pages.items.map((t) => (t.pinned && !ids.has(t.id) ? { ...t, pinned: undefined } : t));
    this.pages.take(pinned, -Infinity, Infinity);
  }

  private async lookUp(runs: RunSummary[], signal: AbortSignal): Promise<void> {
    const known = new Set(this.pages.items.map((t) => t.id));
    for (const run of runs.filter((r) => r.threadId && waitsForSomebody(r) && !known.has(r.threadId)).slice(0, mostLookedUp)) {
      const thread = await this.client.getThread(run.threadId!, signal).catch((error: unknown) => {
        // Deleted meanwhile.
        if (mayPass(error)) throw error;
      });
      if (thread && !(thread as ThreadSummary).archived) this.pages.place({ ...thread, run });
    }
  }

  /** Conversations below what was read were kept because they waited; somebody may have answered while this page was away. */
  private async lookAgain(waiting: Set<string>, signal: AbortSignal): Promise<void> {
    const { items, floor, time } = this.pages;
    for (const { id, run } of items.filter((t) => time(t) < floor && waitsForSomebody(t.run) && !waiting.has(t.run!.id))) {
      const thread = await this.client.getThread(id, signal).catch((error: unknown) => {
        if (mayPass(error)) throw error;
      });
      if (!thread) this.pages.remove(id);
      else if (thread.run && thread.run.head !== run?.head) this.pages.place(thread);
    }
  }

  private forget(threadId: string) {
    this.pages.remove(threadId);
    this.show();
  }

  private put(thread: ThreadSummary) {
    if (Boolean(thread.archived) === this.archived) this.pages.place(thread);
    else this.pages.remove(thread.id);
    this.show();
  }
}

/** Whether a thread's run is not known better already. */
const isNews = ({ run: known }: ThreadSummary, run: RunSummary) =>
  !known || (known.id === run.id ? known.head < run.head : Date.parse(known.createdAt) < Date.parse(run.createdAt));

/** The list is ordered by what was said and answered: a run that goes on does not move its conversation. */
const withRun = (thread: ThreadSummary, run: RunSummary): ThreadSummary =>
  ({ ...thread, run, updatedAt: run.endedAt || run.id !== thread.run?.id ? later(run.updatedAt, thread.updatedAt) : thread.updatedAt });

const later = (a: string, b: string) => (Date.parse(a) > Date.parse(b) ? a : b);

/** A run that is known to have come further than the page says stays as it is known: the page may have been read before. */
const newerRun = (known: ThreadSummary | undefined, listed: ThreadSummary): ThreadSummary =>
  known?.run && isNews(listed, known.run) ? withRun(listed, known.run) : listed;
