import { describe, expect, it } from "vitest";
import type { ThreadSummary } from "@orleans-agents/client";
import { duration, groupsOf, left, standingOf } from "../src/app/words.ts";

const thread = (id: string, status: string, reason: string | null, updatedAt: string) =>
  ({ id, title: id, createdAt: updatedAt, updatedAt, run: { id: "r", status, reason } }) as unknown as ThreadSummary;

describe("The list of threads", () => {
  it("begins with those that wait for somebody, then those at work, each newest first", () => {
    const groups = groupsOf([
      thread("done", "completed", null, "2026-01-05T00:00:00Z"),
      thread("works", "running", null, "2026-01-04T00:00:00Z"),
      thread("retries", "waiting", "retry", "2026-01-03T00:00:00Z"),
      thread("asks", "waiting", "decision", "2026-01-01T00:00:00Z"),
      thread("paused", "paused", "user", "2026-01-02T00:00:00Z"),
    ]);
    expect(groups.map((g) => [g.name, g.threads.map((t) => t.id)])).toEqual([
      ["Waiting for you", ["paused", "asks"]], ["At work", ["works", "retries"]], ["Earlier", ["done"]],
    ]);
  });
});

describe("Words", () => {
  it("name where a run stands", () => {
    expect(standingOf({ status: "waiting", reason: "decision" })).toEqual({ word: "Needs you", tone: "ask" });
    expect(standingOf({ status: "waiting", reason: "retry" }).word).toBe("Trying again");
    expect(standingOf(undefined).word).toBe("New");
  });

  it("name times", () => {
    expect([duration(12), duration(1840), duration(59_400), duration(125_000), duration(7_260_000)]).toEqual(["12 ms", "1.8 s", "59 s", "2 min 5 s", "2 h 1 min"]);
    expect([left("2026-01-01T00:00:08Z", Date.parse("2026-01-01T00:00:00Z")), left("2026-01-01T00:00:00Z", Date.parse("2026-01-01T00:00:01Z"))]).toEqual(["in 8 s", "now"]);
  });
});
