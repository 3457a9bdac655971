import type { MemoryView, RunEvent } from "../src/index.js";

interface Seen {
  method: string;
  path: string;
  query: string;
  key?: string;
  cursor?: string;
  token?: string;
  body?: { input?: string; version?: number };
}

export class FakeService {
  requests: Seen[];
  keys: string[] | undefined;
  faults: (number | "cut")[];
  onMessage: (thread: { id: string }, message: { input: string; whenBusy?: string }) => string | undefined;
  onCommand: (runId: string, command: string, body: Record<string, unknown>) => void;
  url: string;
  listen(port?: number): Promise<string>;
  close(): Promise<void>;
  cut(): void;
  thread(id: string): { id: string; viewers: Set<unknown>; memories: MemoryView[] };
  fact(id: string, type: string, data: object): void;
  run(id: string, event: RunEvent): void;
  gap(id: string): void;
}
