import type { MemoryView, RunEvent, RunSummary, ThreadSummary } from "../src/index.js";

interface Seen {
  method: string;
  path: string;
  query: string;
  key?: string;
  cursor?: string;
  token?: string;
  /** Of what was asked for with GET: 200, or 304 for what the client has already. */
  status?: number;
  body?: { input?: string; version?: number };
}

export class FakeService {
  requests: Seen[];
  keys: string[] | undefined;
  runs: RunSummary[];
  late: any[];
  taken: string[];
  faults: (number | "cut")[];
  onMessage: (thread: { id: string }, message: { input: string; whenBusy?: string }) => string | undefined;
  onCommand: (runId: string, command: string, body: Record<string, unknown>) => void;
  url: string;
  listen(port?: number): Promise<string>;
  close(): Promise<void>;
  cut(): void;
  threads: Map<string, ThreadSummary>;
  thread(id: string): ThreadSummary & { viewers: Set<unknown>; memories: MemoryView[] };
  fact(id: string, type: string, data: object): void;
  run(id: string, event: RunEvent): void;
  gap(id: string): void;
}
