import type {
  AgentView, Budget, EventPage, FeedbackValue, MemoryView, MeView, PauseMode, Receipt, RunSummary, RunView as WireRunView, SignInView, StepContext, StepView,
  ThreadMessage, ThreadSummary, ThreadView as WireThread,
} from "./generated/openapi.js";
import type { Decision, RunStatus } from "./run/view.js";
import { Http, type CommandOptions } from "./http.js";
import type { Caller } from "./signedFetch.js";
import { SseTransport } from "./watch/sse.js";
import { SignalRTransport } from "./watch/signalr.js";
import { FallbackTransport } from "./watch/fallback.js";
import type { KeepOpenOptions } from "./watch/keepOpen.js";
import type { RunsChange, RunsFilter, Source, Transport } from "./watch/transport.js";
import { watch, watchRuns, type WatchOptions } from "./watch/watch.js";

export interface Page<T> {
  items: T[];
  nextCursor?: string | null;
}

export interface Posted {
  threadId: string;
  runId: string;
  receipt: Receipt;
}

/** What a person may change about a conversation. A title has 1 to 200 characters. */
export interface ThreadChange {
  title?: string;
  pinned?: boolean;
  archived?: boolean;
}

export interface ThreadsQuery {
  limit?: number;
  cursor?: string;
  /** Those that are archived, or those that are not. A list has the latter where nothing is said, a search has both. */
  archived?: boolean;
  pinned?: boolean;
}

export interface Feedback {
  value: FeedbackValue;
  /** 2,000 characters at most. */
  note?: string;
}

export type WhenBusy = "steer" | "queue" | "reject";

export type ThreadListener = (threadId: string, gone: boolean) => void;
export type RunListener = (run: RunSummary) => void;

export interface ClientOptions extends Caller {
  /** How events come; the hub with server-sent events behind it where nothing is said. */
  transport?: Transport;
}

type Watching = Omit<WatchOptions, "transport">;

const seg = encodeURIComponent;

/** The service, typed. Every command has an idempotency key that is kept over its retries. */
export class AgentsClient {
  private readonly http: Http;
  readonly transport: Transport;
  private readonly told = new Set<ThreadListener>();
  private readonly toldOfRuns = new Set<RunListener>();

  constructor(options: ClientOptions = {}) {
    this.http = new Http(options);
    this.transport = options.transport ?? new FallbackTransport(new SignalRTransport(options), new SseTransport(options));
  }

  /** Whom the service takes the caller for, and what they may do. */
  me = (signal?: AbortSignal) => this.http.get<MeView>("/v1/me", {}, signal);

  /** How people sign in at the service's page. Asked without a token. */
  signInOptions = (signal?: AbortSignal) => this.http.get<SignInView>("/v1/sign-in", {}, signal);

  agents = async (signal?: AbortSignal): Promise<AgentView[]> =>
    (await this.http.getKept<{ items: AgentView[] }>("/v1/agents", {}, signal)).items;

  /** Starts a run. Another model, or other instructions, are refused unless the agent allows them: see `models` and `allowsInstructions` of `agents()`. */
  startRun = (
    request: {
      agent: string; input: string; model?: string; instructions?: string; metadata?: Record<string, string>; budget?: Budget; startAt?: string;
    },
    options?: CommandOptions,
  ) => this.http.command<WireRunView>("/v1/runs", request, options);

  listRuns = (query: { threadId?: string; agent?: string; status?: RunStatus; limit?: number; cursor?: string } = {}, signal?: AbortSignal) =>
    this.http.getKept<Page<RunSummary>>("/v1/runs", query, signal);

  getRun = (runId: string, signal?: AbortSignal) => this.http.get<WireRunView>(`/v1/runs/${seg(runId)}`, {}, signal);

  /** A page of a run's facts. */
  events = (runId: string, query: { after?: number; limit?: number } = {}, signal?: AbortSignal) =>
    this.http.get<EventPage>(`/v1/runs/${seg(runId)}/events`, query, signal);

  /** Every step with its full output and its attempts. */
  async steps(runId: string, signal?: AbortSignal): Promise<StepView[]> {
    const steps: StepView[] = [];
    for (let after: number | null | undefined = 0; after != null; ) {
      const page: { items: StepView[]; nextAfter?: number | null } =
        await this.http.get(`/v1/runs/${seg(runId)}/steps`, { after, limit: 500 }, signal);
      steps.push(...page.items);
      after = page.nextAfter;
    }

    return steps;
  }

  /** What the model saw at a step, assembled again and compared. */
  stepContext = (runId: string, step: number, signal?: AbortSignal) =>
    this.http.get<StepContext>(`/v1/runs/${seg(runId)}/steps/${step}/context`, {}, signal);

  /** The whole of a text that is kept outside its event. */
  body = (runId: string, ref: string, signal?: AbortSignal) => this.http.text(`/v1/runs/${seg(runId)}/bodies/${seg(ref)}`, signal);

  pause = (runId: string, mode: PauseMode = "step", options?: CommandOptions) =>
    this.http.command<Receipt>(`/v1/runs/${seg(runId)}/pause`, { mode }, options);

  resume = (runId: string, options?: CommandOptions) => this.http.command<Receipt>(`/v1/runs/${seg(runId)}/resume`, {}, options);

  /** Makes the waiting attempt at a model call now. Changes nothing in a run that waits for none. */
  retry = (runId: string, options?: CommandOptions) => this.http.command<Receipt>(`/v1/runs/${seg(runId)}/retry`, {}, options);

  cancel = (runId: string, reason?: string, options?: CommandOptions) =>
    this.http.command<Receipt>(`/v1/runs/${seg(runId)}/cancel`, reason === undefined ? {} : { reason }, options);

  /** Says something to a run at work: its next model call sees it, or the present one is cut for it. */
  messageRun = (runId: string, message: { input: string; delivery?: "steer" | "interrupt" }, options?: CommandOptions) =>
    this.http.command<Receipt>(`/v1/runs/${seg(runId)}/messages`, message, options);

  /** What a person thinks of an answer; `none` takes it back. */
  giveFeedback = (runId: string, feedback: Feedback, options?: CommandOptions) =>
    this.http.command<Receipt>(`/v1/runs/${seg(runId)}/feedback`, feedback, options);

  resolve = (runId: string, callId: string, answer: { decision: Decision; result?: string }, options?: CommandOptions) =>
    this.http.command<Receipt>(`/v1/runs/${seg(runId)}/pending/${seg(callId)}`, answer, options);

  createThread = (request: { title?: string } = {}, options?: CommandOptions) =>
    this.http.command<WireThread>("/v1/threads", request, options);

  /** Idle, it starts a run; busy, it steers it unless told otherwise. A new id makes the thread. */
  postMessage = (threadId: string, message: { input: string; agent?: string; whenBusy?: WhenBusy }, options?: CommandOptions) =>
    this.tell(threadId, this.http.command<Posted>(`/v1/threads/${seg(threadId)}/messages`, message, options));

  /** Calls back when this client has sent a message or a change to a thread, or has noticed that it is gone. Returns the way to end it. */
  onThreadChange(listener: ThreadListener): () => void {
    this.told.add(listener);
    return () => void this.told.delete(listener);
  }

  /** Tells whoever listens to `onThreadChange`. */
  tellChange = (threadId: string, gone = false) => this.told.forEach((listener) => listener(threadId, gone));

  /** Also after a failure: it may be the answer that was lost. */
  private tell<T>(threadId: string, sent: Promise<T>): Promise<T> {
    return sent.finally(() => this.tellChange(threadId));
  }

  /** Newest activity first. A page that did not change since is the same object. */
  listThreads = (query: ThreadsQuery = {}, signal?: AbortSignal) => this.http.getKept<Page<ThreadSummary>>("/v1/threads", { ...query }, signal);

  /** Conversations whose title or texts match, best first, each with the passage. `text` has 1 to 200 characters. */
  searchThreads = (text: string, query: ThreadsQuery = {}, signal?: AbortSignal) =>
    this.http.get<Page<ThreadSummary>>("/v1/threads", { ...query, q: text }, signal);

  changeThread = (threadId: string, change: ThreadChange, options?: CommandOptions) =>
    this.tell(threadId, this.http.command<Receipt>(`/v1/threads/${seg(threadId)}`, change, options, "PATCH"));

  /** Rewrites a message that no run has yet; `message_taken` when one has. */
  editQueued = (threadId: string, messageId: string, input: string, options?: CommandOptions) =>
    this.http.command<Receipt>(`/v1/threads/${seg(threadId)}/queued/${seg(messageId)}`, { input }, options, "PATCH");

  /** Takes back a message that no run has yet; `message_taken` when one has. */
  removeQueued = (threadId: string, messageId: string, options?: CommandOptions) =>
    this.http.command<Receipt>(`/v1/threads/${seg(threadId)}/queued/${seg(messageId)}`, undefined, options, "DELETE");

  getThread = (threadId: string, signal?: AbortSignal) => this.http.get<WireThread>(`/v1/threads/${seg(threadId)}`, {}, signal);

  threadMessages = (threadId: string, query: { limit?: number; after?: number } = {}, signal?: AbortSignal) =>
    this.http.get<{ items: ThreadMessage[]; nextAfter?: number | null }>(`/v1/threads/${seg(threadId)}/messages`, query, signal);

  /** What older turns are told as, at the present or at an earlier version. */
  memory = (threadId: string, version?: number, signal?: AbortSignal) =>
    this.http.get<MemoryView>(`/v1/threads/${seg(threadId)}/memory`, { version }, signal);

  /** Makes the memory what it was at an earlier version; 0 is before the first summary. That is a new version, nothing is lost. */
  restoreMemory = (threadId: string, version: number, options?: CommandOptions) =>
    this.http.command<Receipt>(`/v1/threads/${seg(threadId)}/memory/restore`, { version }, options);

  /** @param options.keepalive it is sent even while the page is closed. */
  deleteThread = async (threadId: string, options: { keepalive?: boolean } = {}) => {
    await this.http.delete(`/v1/threads/${seg(threadId)}`, options.keepalive);
    this.tellChange(threadId, true);
  };

  deleteRun = (runId: string) => this.http.delete(`/v1/runs/${seg(runId)}`);

  watch = (source: Source, options: Watching = {}) => watch(source, { ...options, transport: this.transport });

  watchRun = (runId: string, options: Watching = {}) => this.watch({ runId }, options);

  watchThread = (threadId: string, options: Watching = {}) => this.watch({ threadId }, options);

  /** A list of runs that stays up to date: by the hub, or asked for again every few seconds where there is none. */
  async *watchRuns(filter: RunsFilter = {}, options: KeepOpenOptions = {}): AsyncGenerator<RunsChange, void, void> {
    for await (const change of watchRuns(filter, { ...options, transport: this.transport })) {
      change.items.forEach((run) => this.toldOfRuns.forEach((listener) => listener(run)));
      yield change;
    }
  }

  /** Calls back with each run that a watched list of this client tells of. Returns the way to end it. */
  onRunChange(listener: RunListener): () => void {
    this.toldOfRuns.add(listener);
    return () => void this.toldOfRuns.delete(listener);
  }
}
