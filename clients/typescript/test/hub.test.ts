import { afterEach, describe, expect, it, vi } from "vitest";
import { SignalRTransport, type RunsChange } from "../src/index.js";

/** What `withUrl` was given, and what each stream answers: items, then its end. */
const asked: { url: string; options: Record<string, unknown> }[] = [];
const invoked: unknown[][] = [];
let answer: { items: object[]; error?: Error; state?: string } = { items: [] };
let start = async () => {};

vi.mock("@microsoft/signalr", () => {
  class HubConnectionBuilder {
    withUrl(url: string, options: Record<string, unknown>) {
      asked.push({ url, options });
      return this;
    }

    configureLogging = () => this;

    build = () => ({
      state: answer.state ?? "Connected",
      onclose: () => {},
      start: () => start(),
      stop: async () => {},
      stream: (...args: unknown[]) => {
        invoked.push(args);
        return {
          subscribe: (to: { next(item: object): void; error(e: Error): void; complete(): void }) => {
            answer.items.forEach((item) => to.next(item));
            if (answer.error) to.error(answer.error);
            else to.complete();
            return { dispose: () => {} };
          },
        };
      },
    });
  }

  return { HubConnectionBuilder, HttpTransportType: { WebSockets: 1 }, LogLevel: { None: 6 } };
});

afterEach(() => {
  asked.length = invoked.length = 0;
  answer = { items: [] };
  start = async () => {};
});

const signal = new AbortController().signal;
async function read<T>(stream: AsyncGenerator<T, unknown, void>): Promise<{ items: T[]; end: unknown }> {
  const items: T[] = [];
  for (;;) {
    const { done, value } = await stream.next();
    if (done) return { items, end: value };
    items.push(value as T);
  }
}

describe("The hub", () => {
  it("is opened by a WebSocket alone and without credentials, as a page of another origin may", async () => {
    await read(new SignalRTransport({ baseUrl: "https://agents.test" }).openRuns({}, signal));
    expect(asked).toEqual([{ url: "https://agents.test/hubs/runs", options: { transport: 1, skipNegotiation: true, withCredentials: false } }]);
  });

  it("is one connection for every stream", async () => {
    const transport = new SignalRTransport();
    await read(transport.open({ threadId: "thr_1" }, "3:4", signal));
    await read(transport.openRuns({ status: "running", limit: 5 }, signal));
    expect([asked.length, invoked]).toEqual([1, [["WatchThread", "thr_1", "3:4"], ["WatchRuns", { status: "running", limit: 5 }]]]);
  });

  it("gives a list and its changes", async () => {
    answer.items = [{ anew: true, items: [{ id: "run_1" }], problem: null }, { anew: false, items: [] }];
    const { items, end } = await read<RunsChange>(new SignalRTransport().openRuns({}, signal));
    expect([items.map((i) => [i.anew, i.items.length]), end]).toEqual([[[true, 1], [false, 0]], "cut"]);
  });

  it("that ends a run's stream has ended it; that says to come back has cut it", async () => {
    expect((await read(new SignalRTransport().open({ runId: "run_1" }, undefined, signal))).end).toBe("ended");
    answer.items = [{ problem: { code: "too_slow", message: "" } }];
    expect((await read(new SignalRTransport().open({ runId: "run_1" }, undefined, signal))).end).toBe("cut");
  });

  it("says at once that something is not there, and leaves other refusals to HTTP", async () => {
    const refused = (code: string) => {
      answer.items = [{ problem: { code, message: "No." } }];
      return read(new SignalRTransport().open({ threadId: "thr_1" }, undefined, signal));
    };
    await expect(refused("thread_not_found")).rejects.toMatchObject({ status: 404, code: "thread_not_found" });
    await expect(refused("thread_deleted")).rejects.toMatchObject({ status: 410 });
    await expect(refused("forbidden")).rejects.toMatchObject({ name: "TransportUnavailable", kind: "refused" });
  });

  it("that cannot be opened is down; one stream that fails is not; a connection that was cut is tried again", async () => {
    start = async () => {
      throw new Error("Failed to connect.");
    };
    const open = () => read(new SignalRTransport().open({ threadId: "thr_1" }, undefined, signal));
    await expect(open()).rejects.toMatchObject({ kind: "down" });
    start = async () => {};
    answer.error = new Error("There is no such method.");
    await expect(open()).rejects.toMatchObject({ kind: "refused" });
    answer.state = "Disconnected";
    await expect(open()).rejects.toThrow("There is no such method.");
  });
});
