import { describe, expect, it } from "vitest";
import type { ThreadSummary } from "@orleans-agents/client";
import { groupsOf } from "../src/threads/groups.ts";
import { headHeight, layoutOf, rowHeight, rowsIn } from "../src/threads/layout.ts";

const thread = (id: string, updatedAt: Date | string, more: Partial<ThreadSummary> = {}) =>
  ({ id, title: id, createdAt: "", updatedAt: new Date(updatedAt).toISOString(), ...more }) as ThreadSummary;
const runs = (status: string, reason: string | null = null) => ({ run: { id: "r", status, reason } as ThreadSummary["run"] });

describe("The list of conversations", () => {
  const now = new Date(2026, 4, 20, 9, 30);
  const names = (threads: ThreadSummary[]) => groupsOf(threads, now.getTime()).map((g) => [g.name, g.threads.map((t) => t.id)]);

  it("begins with those that wait for somebody, then the pinned ones, and keeps the order in each", () => {
    expect(names([
      thread("works", now, runs("running")),
      thread("paused", now, runs("paused", "user")),
      thread("pinned", now, { pinned: true }),
      thread("asks", now, { ...runs("waiting", "decision"), pinned: true }),
      thread("retries", now, runs("waiting", "retry")),
    ])).toEqual([["Waiting for you", ["paused", "asks"]], ["Pinned", ["pinned"]], ["Today", ["works", "retries"]]]);
  });

  it("goes by days, as they begin at midnight here, then by months", () => {
    const at = (...day: [number, number, number, number?, number?]) => new Date(...day);
    expect(names([
      thread("soon", at(2026, 4, 20, 23)),
      thread("midnight", at(2026, 4, 20)),
      thread("evening", at(2026, 4, 19, 23, 59)),
      thread("before yesterday", at(2026, 4, 18, 23, 59)),
      thread("week", at(2026, 4, 13)),
      thread("before", at(2026, 4, 12, 23, 59)),
      thread("april", at(2026, 3, 30)),
      thread("last may", at(2025, 4, 20)),
    ])).toEqual([["Today", ["soon", "midnight"]], ["Yesterday", ["evening"]], ["Previous 7 days", ["before yesterday", "week"]], ["May", ["before"]], ["April", ["april"]], ["May 2025", ["last may"]]]);
  });
});

describe("Of ten thousand rows", () => {
  const many = (name: string, count: number) => ({ name, threads: Array.from({ length: count }, (_, n) => thread(`${name}${n}`, "2026-01-01")) });
  const { groups, height } = layoutOf([many("a", 3), many("b", 9_997)]);

  it("those on screen are in the document, wherever it was scrolled to", () => {
    expect(height).toBe(2 * headHeight + 10_000 * rowHeight);
    for (const top of [0, 1000, 180_000, height - 700]) {
      const drawn = groups.flatMap((g) => rowsIn(g, { top, bottom: top + 700 }, undefined).map((n) => g.top + headHeight + n * rowHeight));
      expect(drawn.length).toBeLessThan(22);
      expect(drawn.length).toBeGreaterThan(17);
      expect(drawn.every((at) => at + rowHeight > top && at < top + 700)).toBe(true);
    }
  });

  it("the one with the focus stays, and keeps its place among the others", () => {
    const span = { top: 36_000, bottom: 36_200 };
    const rows = rowsIn(groups[1]!, span, undefined);
    expect(rowsIn(groups[1]!, span, "b2")).toEqual([2, ...rows]);
    expect(rowsIn(groups[1]!, span, "b9000")).toEqual([...rows, 9000]);
    expect(rowsIn(groups[1]!, span, `b${rows[1]}`)).toEqual(rows);
    expect(rowsIn(groups[0]!, span, "b2")).toEqual([]);
  });
});
