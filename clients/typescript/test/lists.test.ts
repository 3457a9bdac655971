import { window } from "./dom.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AgentsClient, RunsStore, ThreadsStore, ThreadStore, type RunsChange, type RunSummary, type StreamEnd, type ThreadSummary, type Transport } from "../src/index.js";
import { SseTransport } from "../src/index.js";
import { FakeService } from "./fakeService.mjs";
import { Script } from "./run.js";

/** Says which runs changed when the test does; one connection after another. */
class Told implements Transport {
  private tell: (change: RunsChange | undefined) => void = () => {};

  open: Transport["open"] = () => {
    throw new Error("Nobody watches events here.");
  };

  async *openRuns(_: unknown, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<RunsChange, StreamEnd, void> {
    onOpen?.();
    yield { anew: true, items: [] };
    while (!signal.aborted) {
      const change = await new Promise<RunsChange | undefined>((resolve) => {
        this.tell = resolve;
        signal.addEventListener("abort", () => resolve(undefined));
      });
      if (!change) return "cut";
      yield change;
    }
    return "cut";
  }

  changed = (...items: RunSummary[]) => this.tell({ anew: false, items });
  cut = () => this.tell(undefined);
}

let service: FakeService;
let client: AgentsClient;
let told: Told;
let stop: (() => void) | undefined;
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const run = (id: string, threadId: string, more: Partial<RunSummary> = {}) =>
  ({ id, threadId, agent: "docs", model: "m", input: "?", status: "running", head: 1, createdAt: at(0), updatedAt: at(0), ...more }) as RunSummary;
const add = (id: string, minute: number, more: Partial<ThreadSummary> = {}) => void Object.assign(service.thread(id), { title: id, updatedAt: at(minute), ...more });
const listed = (store: ThreadsStore | RunsStore) => store.get().items.map((t) => t.id);

async function open(store: ThreadsStore | RunsStore) {
  stop = store.subscribe(() => {});
  await settled(store);
}

/** Until nothing has been asked for a moment. */
async function settled(store: ThreadsStore | RunsStore) {
  await vi.waitFor(() => expect(store.get().loaded).toBe(true));
  for (let before = -1; before !== service.requests.length; ) {
    before = service.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

const focus = async (store: ThreadsStore | RunsStore) => {
  vi.setSystemTime(Date.now() + 5000);
  window.dispatchEvent(new window.Event("focus"));
  await settled(store);
};

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  service = new FakeService();
  told = new Told();
  client = new AgentsClient({ baseUrl: await service.listen(), transport: told });
});
afterEach(async () => {
  stop?.();
  vi.useRealTimers();
  await service.close();
});

describe("A list of conversations", () => {
  it("has the newest activity first, and goes on by pages to the end", async () => {
    for (let n = 0; n < 7; n++) add(`thr_${n}`, n);
    const store = new ThreadsStore(client, false, 3);
    await open(store);
    expect([listed(store), store.get().hasMore]).toEqual([["thr_6", "thr_5", "thr_4"], true]);
    await store.more();
    await store.more();
    await settled(store);
    expect([listed(store), store.get().hasMore]).toEqual([["thr_6", "thr_5", "thr_4", "thr_3", "thr_2", "thr_1", "thr_0"], false]);
  });

  it("asks nothing while nothing happens, and gets no list twice that did not change", async () => {
    add("thr_1", 1);
    const store = new ThreadsStore(client);
    await open(store);
    const before = service.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(service.requests.length).toBe(before);
    await focus(store);
    const again = service.requests.slice(before);
    expect(again.length).toBeGreaterThan(0);
    expect(again.map((r) => r.status)).toEqual(again.map(() => 304));
  });

  it("puts a conversation first whose run changed, and finds one that is new", async () => {
    add("thr_1", 1);
    add("thr_2", 2);
    const store = new ThreadsStore(client);
    await open(store);
    const before = service.requests.length;
    told.changed(run("run_1", "thr_1", { updatedAt: at(5), status: "completed" }));
    await settled(store);
    expect([listed(store), store.get().items[0]!.run!.status, service.requests.length]).toEqual([["thr_1", "thr_2"], "completed", before]);
    add("thr_3", 9);
    told.changed(run("run_3", "thr_3", { updatedAt: at(9) }));
    await settled(store);
    expect(listed(store)).toEqual(["thr_3", "thr_1", "thr_2"]);
  });

  it("looks once for a conversation that it does not have, however often its run changes", async () => {
    add("thr_1", 1);
    const store = new ThreadsStore(client);
    await open(store);
    told.changed(run("run_9", "thr_9"));
    await settled(store);
    const before = service.requests.length;
    told.changed(run("run_9", "thr_9", { head: 2 }));
    await settled(store);
    expect(service.requests.length).toBe(before);
  });

  it("notices what was deleted, renamed or archived elsewhere: on focus, and when the connection is back", async () => {
    for (let n = 0; n < 5; n++) add(`thr_${n}`, n);
    const store = new ThreadsStore(client, false, 2);
    await open(store);
    await store.more();
    service.threads.delete("thr_4");
    service.thread("thr_2").archived = true;
    await focus(store);
    expect(listed(store)).toEqual(["thr_3", "thr_1", "thr_0"]);
    service.thread("thr_3").title = "renamed";
    told.cut();
    await vi.waitFor(() => expect(store.get().items[0]!.title).toBe("renamed"));
  });

  it("leaves no hole when more came than a page holds", async () => {
    for (let n = 0; n < 4; n++) add(`thr_${n}`, n);
    const store = new ThreadsStore(client, false, 2);
    await open(store);
    for (let n = 10; n < 15; n++) add(`thr_${n}`, n);
    await focus(store);
    expect(listed(store)).toEqual(["thr_14", "thr_13"]);
    while (store.get().hasMore) {
      await store.more();
      await settled(store);
    }
    expect(listed(store)).toEqual(["thr_14", "thr_13", "thr_12", "thr_11", "thr_10", "thr_3", "thr_2", "thr_1", "thr_0"]);
  });

  it("has what is pinned or waits for somebody, however far below it is", async () => {
    for (let n = 0; n < 9; n++) add(`thr_${n}`, n);
    service.thread("thr_0").pinned = true;
    const waiting = run("run_1", "thr_1", { status: "waiting", reason: "decision" });
    const retrying = run("run_2", "thr_2", { status: "waiting", reason: "retry" });
    service.runs = [waiting, retrying, run("run_x", undefined!, { status: "waiting", reason: "decision" }), run("run_y", "thr_gone", { status: "paused" })];
    const store = new ThreadsStore(client, false, 2);
    await open(store);
    expect(listed(store)).toEqual(["thr_8", "thr_7", "thr_1", "thr_0"]);
    told.changed({ ...waiting, head: 2, status: "completed", reason: null });
    await settled(store);
    expect(listed(store)).toEqual(["thr_8", "thr_7", "thr_0"]);
  });

  it("shows a change at once, and takes it back when the service refuses it", async () => {
    add("thr_1", 1);
    add("thr_2", 2);
    const store = new ThreadsStore(client);
    await open(store);
    const done = store.change("thr_1", { archived: true });
    await vi.waitFor(() => expect(listed(store)).toEqual(["thr_2"]));
    await done;
    service.faults = [507];
    await expect(store.change("thr_2", { title: "Two" })).rejects.toMatchObject({ status: 507 });
    await settled(store);
    expect(store.get().items.map((t) => t.title)).toEqual(["thr_2"]);
  });

  it("drops what somebody finds gone, and what is deleted here", async () => {
    for (let n = 0; n < 4; n++) add(`thr_${n}`, n);
    const store = new ThreadsStore(client);
    await open(store);
    service.threads.delete("thr_0");
    const events = new SseTransport({ baseUrl: service.url });
    told.open = (...watched) => events.open(...watched);
    const end = new ThreadStore(client, "thr_0").subscribe(() => {});
    await vi.waitFor(() => expect(listed(store)).toEqual(["thr_3", "thr_2", "thr_1"]));
    await client.deleteThread("thr_2");
    await vi.waitFor(() => expect(listed(store)).toEqual(["thr_3", "thr_1"]));
    end();
  });

  it("of the archive has what the other has not", async () => {
    add("thr_1", 1, { archived: true });
    add("thr_2", 2);
    const store = new ThreadsStore(client, true);
    await open(store);
    expect(listed(store)).toEqual(["thr_1"]);
    await client.changeThread("thr_1", { archived: false });
    await settled(store);
    expect(listed(store)).toEqual([]);
  });
});

describe("Feedback on a run that has ended", () => {
  it("is seen where the conversation is open and a list of runs tells of it", async () => {
    const threadId = "thr_1";
    const script = new Script("run_1").created("Why?").model(1).answered(1, "Because.").completed("Because.");
    service.fact(threadId, "turn.accepted", { turn: 1, runId: "run_1", messageId: "m0", agent: "docs", input: "Why?" });
    script.events.forEach((e) => service.run(threadId, e));
    service.fact(threadId, "turn.ended", { turn: 1, runId: "run_1", status: "completed" });
    const events = new SseTransport({ baseUrl: service.url });
    told.open = (...watched) => events.open(...watched);
    const [list, thread] = [new ThreadsStore(client), new ThreadStore(client, threadId)];
    await open(list);
    const end = thread.subscribe(() => {});
    const answered = () => thread.get().thread.turns[0]?.run;
    await vi.waitFor(() => expect(answered()?.status).toBe("completed"));

    const { head } = answered()!;
    service.late = script.feedback("down", "Wrong year.").feedback("up").events.slice(head);
    told.changed(run("run_2", "thr_2", { head: 9 }), run("run_1", threadId, { head }), run("run_1", threadId, { head: head + 2 }));
    await vi.waitFor(() => expect(answered()?.feedback).toEqual({ value: "up", by: "ann" }));
    expect(thread.get().thread.missing).toBeUndefined();
    expect(service.requests.filter((r) => r.path === "/v1/runs/run_1/events").map((r) => r.query)).toEqual([`?after=${head}&limit=500`]);
    end();
  });
});

describe("A search", () => {
  it("sends the words, and has each hit with its passage", async () => {
    add("thr_1", 1, { title: "退款 & more" });
    const { items } = await client.searchThreads("款 &", { limit: 5 });
    expect([items[0]!.match, service.requests[0]!.query]).toEqual([{ text: "退款 & more", marks: [{ from: 1, length: 3 }] }, "?limit=5&q=%E6%AC%BE+%26"]);
  });
});

describe("A list of runs", () => {
  it("has those without a conversation, and drops one that matches no longer", async () => {
    service.runs = [run("run_1", undefined!), run("run_2", "thr_2", { status: "completed" })];
    const store = new RunsStore(client, { status: "running" });
    await open(store);
    expect(listed(store)).toEqual(["run_1"]);
    told.changed(run("run_3", undefined!, { createdAt: at(3) }), run("run_1", undefined!, { head: 2, status: "failed" }));
    await vi.waitFor(() => expect(listed(store)).toEqual(["run_3"]));
  });

  it("is asked for again where there is no hub, and told when it changed", async () => {
    service.runs = [run("run_1", undefined!)];
    const baseUrl = service.url;
    const polling = new AgentsClient({ baseUrl, transport: new SseTransport({ baseUrl, every: 5 }) });
    const signal = new AbortController();
    const seen: string[][] = [];
    for await (const { anew, items } of polling.watchRuns({ status: "running", limit: 3 }, { signal: signal.signal })) {
      expect(anew).toBe(true);
      seen.push(items.map((r) => r.id));
      if (seen.length === 2) break;
      await vi.waitFor(() => expect(service.requests.length).toBeGreaterThanOrEqual(1));
      setTimeout(() => (service.runs = [run("run_2", undefined!), ...service.runs]), 60);
    }
    expect(seen).toEqual([["run_1"], ["run_2", "run_1"]]);
    expect(service.requests.map((r) => r.query)[0]).toBe("?status=running&limit=3");
    expect(service.requests.filter((r) => r.status === 200).length).toBe(2);
  });
});
