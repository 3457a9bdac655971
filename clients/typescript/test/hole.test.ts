import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AgentsClient, ThreadStore, type StreamEnd, type ThreadEvent, type Transport, type Watched } from "../src/index.js";

const threadId = "thr_0";
const minute = 60_000;

/** A thread of three renames, of which the journal gives all but some. */
class Journal implements Transport {
  lost = new Set<number>();
  readonly cursors: (string | undefined)[] = [];
  openRuns = () => {
    throw new Error("Nobody watches runs here.");
  };

  async *open(_: unknown, cursor: string | undefined, signal: AbortSignal, onOpen?: () => void): AsyncGenerator<Watched, StreamEnd, void> {
    this.cursors.push(cursor);
    onOpen?.();
    for (let seq = Number(cursor ?? 0) + 1; seq <= 3; seq++) {
      const event = { threadId, seq, at: "2026-01-01T00:00:00Z", type: "thread.changed", data: { title: `Title ${seq}` } } as unknown as ThreadEvent;
      if (!this.lost.has(seq)) yield { cursor: String(seq), event };
    }
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return "cut";
  }
}

let journal: Journal;
let store: ThreadStore;
let end: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  journal = new Journal();
  store = new ThreadStore(new AgentsClient({ baseUrl: "http://nowhere", transport: journal }), threadId);
});
afterEach(() => {
  end();
  vi.useRealTimers();
});

describe("A thread with an event that never comes", () => {
  beforeEach(() => {
    journal.lost.add(2);
    end = store.subscribe(() => {});
  });

  it("is read again once a minute at most, shows what comes before, and is away with the reason `incomplete`", async () => {
    await vi.advanceTimersByTimeAsync(10 * minute);
    const { length } = journal.cursors;
    await vi.advanceTimersByTimeAsync(10 * minute);
    expect(journal.cursors.length - length).toBeGreaterThanOrEqual(9);
    expect(journal.cursors.length - length).toBeLessThanOrEqual(20);
    expect(journal.cursors.filter((c) => c === undefined)).toHaveLength(2);
    expect(store.get()).toMatchObject({ thread: { title: "Title 1", head: 1 }, connection: { state: "away", reason: "incomplete" } });
    expect(store.get().connection.retryAt).toBeGreaterThan(Date.now());
  });

  it("is live and whole once it comes after all", async () => {
    await vi.advanceTimersByTimeAsync(10 * minute);
    journal.lost.clear();
    await vi.advanceTimersByTimeAsync(minute);
    expect(store.get()).toMatchObject({ thread: { title: "Title 3", head: 3 }, connection: { state: "live" } });
  });
});

it("A thread with an event that comes a moment later does not look cut", async () => {
  journal.lost.add(2);
  const states: string[] = [];
  end = store.subscribe(() => states.push(store.get().connection.state));
  await vi.advanceTimersByTimeAsync(50);
  journal.lost.clear();
  await vi.advanceTimersByTimeAsync(minute);
  expect(store.get()).toMatchObject({ thread: { head: 3 }, connection: { state: "live" } });
  expect(states).not.toContain("away");
});
