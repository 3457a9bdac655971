import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ThreadSummary } from "@orleans-agents/client";

const hour = 3_600_000;
const first = Date.UTC(2026, 0, 1);
const at = (hours: number) => new Date(first + hours * hour).toISOString();
const thread = (id: string, hours: number, status = "completed") => ({ id, updatedAt: at(hours), run: { status } }) as ThreadSummary;

/** As a page that was opened anew: what it knows comes from the browser alone. */
async function page(person = "acme/ann") {
  vi.resetModules();
  const { openSeen, markSeen, isUnread, useSeen } = await import("../src/threads/seen.ts");
  const { act, createElement } = await import("react");
  const { createRoot } = await import("react-dom/client");
  openSeen(person);
  let seen: ReturnType<typeof useSeen>;
  const Show = () => ((seen = useSeen()), null);
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  await act(async () => createRoot(document.createElement("div")).render(createElement(Show)));
  return { mark: (id: string, hours: number) => act(async () => markSeen(id, at(hours))), isUnread: (t: ThreadSummary) => isUnread(seen, t) };
}

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers({ toFake: ["Date"], now: first });
  return () => vi.useRealTimers();
});

describe("A conversation", () => {
  it("is unread when something happened after the first visit and after it was last seen, also after a reload", async () => {
    const { isUnread, mark } = await page();
    expect([isUnread(thread("a", -1)), isUnread(thread("a", 1))]).toEqual([false, true]);
    await mark("a", 1);
    expect([isUnread(thread("a", 1)), isUnread(thread("a", 2)), isUnread(thread("b", 1))]).toEqual([false, true, true]);
    const again = await page();
    expect([again.isUnread(thread("a", 1)), again.isUnread(thread("a", 2)), again.isUnread(thread("b", 1))]).toEqual([false, true, true]);
  });

  it("is not news while its run is at work", async () => {
    const { isUnread } = await page();
    expect(isUnread(thread("a", 1, "running"))).toBe(false);
  });

  it("that another person saw at this browser is not seen", async () => {
    await (await page("acme/ann")).mark("a", 1);
    expect((await page("acme/bob")).isUnread(thread("a", 2))).toBe(true);
    expect((await page("acme/ann")).isUnread(thread("a", 1))).toBe(false);
  });

  it("that was seen long ago counts as seen when room is needed", async () => {
    const { mark, isUnread } = await page();
    for (let n = 1; n <= 520; n++) await mark(`t${n}`, n);
    expect(Object.keys(JSON.parse(localStorage.getItem("orleans-agents.seen.acme/ann")!).at).length).toBe(500);
    expect([isUnread(thread("t1", 1)), isUnread(thread("t520", 520)), isUnread(thread("t520", 521))]).toEqual([false, false, true]);
  });

  it("needs no browser that keeps anything", async () => {
    localStorage.setItem("orleans-agents.seen.acme/ann", "{not json");
    const { mark, isUnread } = await page();
    await mark("a", 1);
    expect(isUnread(thread("a", 1))).toBe(false);
  });
});
