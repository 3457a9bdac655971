import { draw, shows } from "./dom.js";
import { act } from "react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AgentsClient, newThreadId, SseTransport } from "../src/index.js";
import { useThread, type UseThread } from "../src/react.js";
import { FakeService } from "./fakeService.mjs";
import { Script } from "./run.js";

let service: FakeService;
let client: AgentsClient;
let live: UseThread;
let end: () => Promise<void>;

beforeEach(async () => {
  service = new FakeService();
  service.onMessage = ({ id }, { input }) => {
    service.fact(id, "turn.accepted", { turn: 1, runId: "run_1", messageId: "m0", agent: "docs", input });
    new Script("run_1").created(input).model(1).answered(1, "Because.").completed("Because.").events.forEach((e) => service.run(id, e));
    return "run_1";
  };
  const baseUrl = await service.listen();
  client = new AgentsClient({ baseUrl, transport: new SseTransport({ baseUrl }) });
});
afterEach(async () => {
  await end();
  await service.close();
});

function Box({ threadId }: { threadId: string }) {
  live = useThread(client, threadId);
  const { thread, connection, problem } = live;
  return <p>{[connection.state, thread.turns[0]?.run.status, problem?.code].filter(Boolean).join(" ")}</p>;
}

async function open(threadId = newThreadId()) {
  const box = await draw(<Box threadId={threadId} />);
  end = box.end;
  return { threadId, shown: (text: string) => shows(() => expect(box.text()).toBe(text)) };
}

const streams = () => service.requests.filter((r) => r.path.endsWith("/events")).length;

describe("A new id", () => {
  it("is idle, and live once its first message was sent", async () => {
    const { threadId, shown } = await open();
    await shown("idle");
    const asked = streams();
    await act(() => live.send("Why?"));
    await shown("live completed");
    expect(service.requests.filter((r) => r.method === "POST").map((r) => [r.path, r.body!.input])).toEqual([[`/v1/threads/${threadId}/messages`, "Why?"]]);
    expect(streams()).toBe(asked + 1);
  });

  it("is live too when its first message is sent before the service has answered that there is no such thread", async () => {
    const { shown } = await open();
    await act(() => live.send("Why?"));
    await shown("live completed");
  });

  it("stays idle when the first message is refused, and is live when it is sent again", async () => {
    const { shown } = await open();
    await shown("idle");
    service.faults = [507];
    await act(() => expect(live.send("Why?", { key: "kept" })).rejects.toMatchObject({ status: 507 }));
    await shown("idle");
    await act(() => live.send("Why?", { key: "kept" }));
    await shown("live completed");
  });

  it("is live although every answer to its first message was lost", async () => {
    const { threadId, shown } = await open();
    await shown("idle");
    service.faults = ["cut"];
    await act(() => expect(client.postMessage(threadId, { input: "Why?" }, { tries: 1 })).rejects.toThrow());
    await shown("live completed");
  });

  it("does not wake for another thread's message", async () => {
    const { shown } = await open();
    await shown("idle");
    const asked = streams();
    await act(() => client.postMessage(newThreadId(), { input: "Why?" }));
    await shown("idle");
    expect(streams()).toBe(asked);
  });
});

describe("Where the service no longer knows who calls", () => {
  it("the thread stops with the reason `signed_out`, and `reconnect` watches it again", async () => {
    const threadId = newThreadId();
    service.onMessage({ id: threadId }, { input: "Why?" });
    service.keys = [];
    const { shown } = await open(threadId);
    await shown("stopped unauthenticated");
    expect(live.connection).toEqual({ state: "stopped", reason: "signed_out" });
    service.keys = undefined;
    await act(async () => live.reconnect());
    await shown("live completed");
  });
});

describe("A queued message", () => {
  it("is edited and removed; one that a run has already received is refused with `message_taken`", async () => {
    const threadId = newThreadId();
    service.fact(threadId, "thread.created", { title: "T" });
    for (const messageId of ["m1", "m2"]) service.fact(threadId, "message.accepted", { messageId, delivery: "queue", agent: "docs", input: "?" });
    const { shown } = await open(threadId);
    await shown("live");
    await act(() => live.editQueued("m1", "Why?"));
    await act(() => live.removeQueued("m2"));
    await shows(() => expect(live.thread.queued.map((m) => [m.messageId, m.input])).toEqual([["m1", "Why?"]]));
    service.taken = ["m1"];
    await act(() => expect(live.removeQueued("m1")).rejects.toMatchObject({ code: "message_taken" }));
    expect(service.requests.filter((r) => r.path.includes("/queued/")).map((r) => [r.method, r.path.split("/").at(-1), Boolean(r.key)]))
      .toEqual([["PATCH", "m1", true], ["DELETE", "m2", true], ["DELETE", "m1", true]]);
  });
});
