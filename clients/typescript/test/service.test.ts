import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AgentsClient, newThreadId, SseTransport, ThreadStore, type ThreadSnapshot } from "../src/index.js";
import { FakeService } from "./fakeService.mjs";
import { Script } from "./run.js";

let service: FakeService;
let client: AgentsClient;
const threadId = newThreadId();
const quick = { backOff: () => 5 };

beforeEach(async () => {
  service = new FakeService();
  const baseUrl = await service.listen();
  client = new AgentsClient({ baseUrl, transport: new SseTransport({ baseUrl }) });
});
afterEach(() => service.close());

/** Waits until the store shows what is asked for, and says what was awaited when it does not. */
async function until(store: ThreadStore, what: string, holds: (s: ThreadSnapshot) => boolean): Promise<ThreadSnapshot> {
  return await new Promise((resolve, reject) => {
    const stop = store.subscribe(() => check());
    const timer = setTimeout(() => reject(new Error(`Waited for: ${what}. It shows ${JSON.stringify(store.get()).slice(0, 500)}`)), 3000);
    const check = () => {
      if (!holds(store.get())) return;
      clearTimeout(timer);
      resolve(store.get());
      queueMicrotask(stop);
    };
    check();
  });
}

const begin = () => {
  service.fact(threadId, "thread.created", { title: "T" });
  service.fact(threadId, "turn.accepted", { turn: 1, runId: "run_1", messageId: "m0", agent: "docs", input: "Why?" });
};
const told = (s: ThreadSnapshot) => s.thread.turns[0]?.run.messages.flatMap((m) => (m.role === "assistant" ? m.parts : [])).map((p) => (p.kind === "tool" ? "" : p.text)).join("");

describe("A thread that is watched", () => {
  it("goes on behind a cut, with the cursor of the last event", async () => {
    begin();
    const script = new Script("run_1").created().model(1).says(0, "Be").says(2, "cause");
    script.events.slice(0, 4).forEach((e) => service.run(threadId, e));
    const store = new ThreadStore(client, threadId, quick);
    const keep = store.subscribe(() => {});
    await until(store, "the first piece", (s) => told(s) === "Be");
    service.cut();
    service.run(threadId, script.events[4]!);
    expect(told(await until(store, "the rest", (s) => told(s) !== "Be"))).toBe("Because");
    expect(service.requests.filter((r) => r.path.endsWith("/events")).map((r) => r.cursor)).toEqual([undefined, "2:3.1.2"]);
    keep();
  });

  it("shows a fact at once where text may wait", async () => {
    begin();
    const script = new Script("run_1").created().model(1).says(0, "Be").answered(1, "Because.");
    // Text waits for ever.
    const schedule = (notify: () => void, isText: boolean) => void (isText || setTimeout(notify, 1));
    const store = new ThreadStore(client, threadId, { ...quick, schedule });
    const keep = store.subscribe(() => {});
    script.events.slice(0, 3).forEach((e) => service.run(threadId, e));
    await until(store, "the start", (s) => s.thread.turns[0]?.run.head === 3);
    service.run(threadId, script.events[3]!);
    service.run(threadId, script.events[4]!);
    expect(told(await until(store, "the answer", (s) => s.thread.turns[0]?.run.head === 4))).toBe("Because.");
    keep();
  });

  it("reads again from the last whole place when something is missing", async () => {
    begin();
    const script = new Script("run_1").created().model(1).answered(1, "Yes.");
    const [a, b, c, d] = script.events;
    service.run(threadId, a!);
    const store = new ThreadStore(client, threadId, quick);
    const keep = store.subscribe(() => {});
    await until(store, "the run", (s) => s.thread.turns[0]?.run.head === 1);
    // The live stream loses two events; what is read again has them.
    const viewers = service.thread(threadId).viewers;
    const lost = [...viewers];
    viewers.clear();
    service.run(threadId, b!);
    service.run(threadId, c!);
    lost.forEach((v) => viewers.add(v));
    service.run(threadId, d!);
    expect(told(await until(store, "the answer", (s) => s.thread.turns[0]?.run.head === 4))).toBe("Yes.");
    keep();
  });

  it("is folded anew at a gap", async () => {
    begin();
    new Script("run_1").created().events.forEach((e) => service.run(threadId, e));
    const store = new ThreadStore(client, threadId, quick);
    const keep = store.subscribe(() => {});
    await until(store, "the run", (s) => s.thread.turns[0]?.run.head === 2);
    const opened = () => service.requests.filter((r) => r.path.endsWith("/events")).map((r) => r.cursor);
    service.gap(threadId);
    await expect.poll(opened, { timeout: 2000 }).toEqual([undefined, undefined]);
    await until(store, "the run again", (s) => s.thread.turns[0]?.run.head === 2);
    keep();
  });

  it("that does not exist is idle, and asks no more until a message was sent to it", async () => {
    const store = new ThreadStore(client, threadId, quick);
    const { problem, connection } = await until(store, "that it is idle", (s) => s.connection.state === "idle");
    expect([problem, connection]).toEqual([undefined, { state: "idle" }]);
    expect(service.requests.length).toBe(1);
  });

  it("that was deleted stops with the reason `gone` and keeps its turns", async () => {
    begin();
    const store = new ThreadStore(client, threadId, quick);
    const keep = store.subscribe(() => {});
    await until(store, "the turn", (s) => s.thread.turns.length === 1);
    await client.deleteThread(threadId);
    const { problem, connection, thread } = await until(store, "that it is gone", (s) => s.problem !== undefined);
    expect([problem!.status, connection, thread.turns.length]).toEqual([404, { state: "stopped", reason: "gone" }, 1]);
    keep();
  });
});

describe("A command", () => {
  it("keeps its key over every try, and has one effect", async () => {
    const runs: string[] = [];
    service.onMessage = (_, { input }) => {
      runs.push(input);
      return "run_1";
    };
    service.faults = [503, "cut", 502];
    const posted = await client.postMessage(threadId, { input: "Why?" }, quick);
    const keys = service.requests.map((r) => r.key);
    expect([posted.runId, runs, keys.length, new Set(keys).size]).toEqual(["run_1", ["Why?"], 4, 1]);
    expect(keys[0]).toMatch(/^cmd_[a-z2-7]{32}$/);
  });

  it("is not repeated after a refusal that does not pass", async () => {
    service.faults = [507];
    await expect(client.pause("run_1", "now", quick)).rejects.toMatchObject({ status: 507 });
    expect(service.requests.length).toBe(1);
  });

  it("to make a waiting attempt now is sent for its run, with an empty body", async () => {
    const commands: string[][] = [];
    service.onCommand = (runId, command) => commands.push([runId, command]);
    await client.retry("run_1");
    expect(commands).toEqual([["run_1", "retry"]]);
    expect(service.requests[0]).toMatchObject({ method: "POST", path: "/v1/runs/run_1/retry", body: {}, key: expect.stringMatching(/^cmd_/) });
  });

  it("has another key than the next", async () => {
    await client.resume("run_1");
    await client.resume("run_1");
    expect(new Set(service.requests.map((r) => r.key)).size).toBe(2);
  });
});

describe("A thread's memory", () => {
  it("is read at a version, and made what it was, once, although the answer was lost", async () => {
    begin();
    const memory = await client.memory(threadId);
    expect(memory).toMatchObject({ threadId, version: 0, shown: 0, summaries: [] });
    const store = new ThreadStore(client, threadId, quick);
    const keep = store.subscribe(() => {});
    service.faults.push("cut");
    expect((await client.restoreMemory(threadId, 0, quick)).status).toBe("accepted");
    expect((await until(store, "the event", (s) => s.thread.memory.version > 0)).thread.memory).toEqual({ version: 1, seq: 3 });
    expect((await client.memory(threadId, 0)).versions).toMatchObject([{ version: 1, kind: "restored", restored: 0, by: "local" }]);
    expect(service.requests.filter((r) => r.path.endsWith("/memory")).map((r) => r.query)).toEqual(["", "?version=0"]);
    expect(new Set(service.requests.filter((r) => r.path.endsWith("/restore")).map((r) => r.key)).size).toBe(1);
    keep();
  });

  it("has no version that never was, and the refusal names the field", async () => {
    begin();
    await expect(client.restoreMemory(threadId, 7, quick)).rejects.toMatchObject({ status: 400, code: "invalid_version", problem: { field: "version" } });
  });
});

describe("Where the service asks who calls", () => {
  const signedIn = (token: string | undefined, onUnauthenticated?: (refused: string | undefined) => Promise<boolean>) => {
    const held = { token };
    const options = { baseUrl: service.url, token: () => held.token, onUnauthenticated };
    return { held, client: new AgentsClient({ ...options, transport: new SseTransport(options) }) };
  };

  it("every request says it, streams too", async () => {
    service.keys = ["good"];
    begin();
    const { client } = signedIn("good");
    await client.me();
    await client.postMessage(threadId, { input: "Why?" });
    for await (const _ of client.watchThread(threadId)) break;
    expect(service.requests.map((r) => [r.path.split("/").at(-1), r.token])).toEqual([["me", "good"], ["messages", "good"], ["events", "good"]]);
  });

  it("nobody gets in without, and a refusal is told with its code", async () => {
    service.keys = ["good"];
    for (const token of [undefined, "wrong"]) await expect(signedIn(token).client.agents()).rejects.toMatchObject({ status: 401, code: "unauthenticated" });
  });

  it("a command and a stream that are refused go on after a new sign-in, each from where it was", async () => {
    service.keys = ["old"];
    begin();
    const refused: (string | undefined)[] = [];
    let signIn = () => {};
    const signed = new Promise<void>((resolve) => (signIn = resolve));
    const { held, client } = signedIn("old", async (token) => {
      refused.push(token);
      await signed;
      return true;
    });
    const store = new ThreadStore(client, threadId, quick);
    const keep = store.subscribe(() => {});
    await until(store, "the turn", (s) => s.thread.turns.length === 1);
    service.keys = ["new"];
    service.cut();
    const posted = client.postMessage(threadId, { input: "And then?" }, { ...quick, key: "kept" });
    await expect.poll(() => refused, { timeout: 2000 }).toEqual(["old", "old"]);
    held.token = "new";
    signIn();
    expect((await posted).runId).toBe("run_1");
    new Script("run_1").created().events.forEach((e) => service.run(threadId, e));
    await until(store, "the run", (s) => s.thread.turns[0]?.run.head === 2);
    const [before, after] = service.requests.filter((r) => r.key === "kept");
    expect([before!.token, after!.token]).toEqual(["old", "new"]);
    expect(service.requests.filter((r) => r.path.endsWith("/events")).map((r) => r.token)).toEqual(["old", "old", "new"]);
    keep();
  });

  it("a sign-in that is given up leaves the refusal", async () => {
    service.keys = [];
    await expect(signedIn("old", async () => false).client.agents()).rejects.toMatchObject({ status: 401 });
  });
});
