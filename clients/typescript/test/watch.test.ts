import { describe, expect, it, vi } from "vitest";
import {
  FallbackTransport, ProblemError, TransportUnavailable, watch, type Connection, type StreamEnd, type Transport, type Watched,
} from "../src/index.js";
import { backOff } from "../src/backoff.js";
import { SseParser } from "../src/watch/sseParser.js";
import { runId, Script } from "./run.js";

const events = new Script().created().model(1).answered(1, "Yes.").completed("Yes.").events;
const items: Watched[] = events.map((event, i) => ({ cursor: String(i + 1), event }));

/** Gives what each connection is told to give, and keeps the cursors it was opened with. */
class Scripted implements Transport {
  openRuns = () => {
    throw new Error("Nobody watches runs here.");
  };

  readonly cursors: (string | undefined)[] = [];
  constructor(private readonly connections: (Watched[] | Error | "ended")[]) {}

  async *open(_: unknown, cursor: string | undefined, _signal?: unknown, onOpen?: () => void): AsyncGenerator<Watched, StreamEnd, void> {
    this.cursors.push(cursor);
    const now = this.connections.shift();
    if (now === undefined) throw new Error("Opened once too often.");
    if (now === "ended") return "ended";
    if (now instanceof Error) throw now;
    onOpen?.();
    yield* now;
    return "cut";
  }
}

async function collect(transport: Transport, cursor?: string, states: Connection[] = []) {
  const seen: string[] = [];
  for await (const item of watch({ runId }, { transport, cursor, backOff: () => 1, onConnection: (s) => states.push(s) })) seen.push(item.cursor);
  return seen;
}

describe("A watch", () => {
  it("comes back with its newest cursor, and ends with the run", async () => {
    const transport = new Scripted([items.slice(0, 2), new TypeError("refused"), new ProblemError(503, "run_moved", ""), items.slice(2)]);
    const states: Connection[] = [];
    expect(await collect(transport, undefined, states)).toEqual(["1", "2", "3", "4", "5"]);
    expect(transport.cursors).toEqual([undefined, "2", "2", "2"]);
    expect(states.map(({ state, reason }) => reason ?? state)).toEqual(["connecting", "live", "cut", "unreachable", "unavailable", "live"]);
    expect(states.filter((s) => s.state === "away").every((s) => s.retryAt! >= Date.now() - 10_000)).toBe(true);
  });

  it("that is cut while the device has no network is away with the reason `offline`", async () => {
    vi.stubGlobal("navigator", { onLine: false });
    const states: Connection[] = [];
    await collect(new Scripted([items.slice(0, 2), items.slice(2)]), undefined, states).finally(() => vi.unstubAllGlobals());
    expect(states.map(({ state, reason }) => reason ?? state)).toEqual(["connecting", "live", "offline", "live"]);
  });

  it("ends at once when nothing follows its cursor", async () => {
    expect(await collect(new Scripted(["ended"]), "5")).toEqual([]);
  });

  it("throws for a refusal that does not pass", async () => {
    await expect(collect(new Scripted([new ProblemError(404, "run_not_found", "No.")]))).rejects.toMatchObject({ code: "run_not_found" });
  });

  it("ends when aborted, also in the middle of its pause", async () => {
    const stop = new AbortController();
    const seen: string[] = [];
    const transport = new Scripted([items.slice(0, 1)]);
    setTimeout(() => stop.abort(), 20);
    for await (const item of watch({ runId }, { transport, signal: stop.signal, backOff: () => 60_000 })) seen.push(item.cursor);
    expect(seen).toEqual(["1"]);
  });

  it("waits longer each time, never alike, never too long", () => {
    expect([0, 1, 2, 9].map((n) => backOff(n, 250, 5000, () => 0))).toEqual([125, 250, 500, 2500]);
    expect([0, 1, 2, 9].map((n) => backOff(n, 250, 5000, () => 1))).toEqual([250, 500, 1000, 5000]);
  });
});

describe("The second transport", () => {
  const read = async (t: Transport) => {
    const seen: string[] = [];
    for await (const { cursor } of watch({ runId }, { transport: t, backOff: () => 1 })) seen.push(cursor);
    return seen;
  };

  it("carries everything where the first cannot be had, and the first is not asked again", async () => {
    const first = new Scripted([new TransportUnavailable("missing", "404")]);
    const second = new Scripted([items.slice(0, 3), items.slice(3)]);
    expect(await read(new FallbackTransport(first, second, 0))).toEqual(["1", "2", "3", "4", "5"]);
    expect([first.cursors, second.cursors]).toEqual([[undefined], [undefined, "3"]]);
  });

  it("goes on for a while where the first cannot be opened and it can", async () => {
    const first = new Scripted([new TransportUnavailable("down", "")]);
    const second = new Scripted([items.slice(0, 2), items.slice(2)]);
    expect(await read(new FallbackTransport(first, second))).toEqual(["1", "2", "3", "4", "5"]);
    expect([first.cursors, second.cursors]).toEqual([[undefined], [undefined, "2"]]);
  });

  it("does not stand in for the first any longer when neither can be opened", async () => {
    const first = new Scripted([new TransportUnavailable("down", ""), items]);
    expect(await read(new FallbackTransport(first, new Scripted([new TypeError("down")])))).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("takes only the stream that the first refuses", async () => {
    const first = new Scripted([new TransportUnavailable("refused", ""), items.slice(3)]);
    expect(await read(new FallbackTransport(first, new Scripted([items.slice(0, 3)])))).toEqual(["1", "2", "3", "4", "5"]);
    expect(first.cursors).toEqual([undefined, "3"]);
  });
});

describe("Server-sent events", () => {
  const wire = ": keep-alive\n\nretry: 1000\n\nid: 1\nevent: a\ndata: {\"x\":\"😀\"}\n\nid: 1.1.4\r\ndata: one\r\ndata: two\r\n\r\n";
  const frames = [{ id: "1", event: "a", data: '{"x":"😀"}' }, { id: "1.1.4", event: "message", data: "one\ntwo" }];

  it("are the same wherever the network cuts them", () => {
    for (let n = 0; n <= wire.length; n++) {
      const parser = new SseParser();
      expect([...parser.take(wire.slice(0, n)), ...parser.take(wire.slice(n))]).toEqual(frames);
    }
  });
});
