import { act } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunsChange, RunSummary } from "@orleans-agents/client";
import { client } from "../src/app/client.ts";
import { RunList } from "../src/runs/RunList.tsx";
import { draw, pick, shows } from "./draw.tsx";

const run = (n: number, more: Partial<RunSummary> = {}): RunSummary => ({
  id: `run_${String(n).padStart(4, "0")}`, agent: "docs", model: "default", status: "completed", head: 5, input: `Question ${n}`,
  createdAt: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(), updatedAt: "2026-01-01T00:00:00Z", endedAt: "2026-02-01T00:00:00Z", ...more,
});

/** Tells of no change until the page goes. */
async function* quiet(_: unknown, { signal }: { signal?: AbortSignal } = {}): AsyncGenerator<RunsChange, void, void> {
  await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
}

beforeEach(() => void vi.spyOn(client, "watchRuns").mockImplementation(quiet));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A service with some runs, newest first, page by page. */
function service(all: RunSummary[]) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    if (path.startsWith("/v1/agents")) return Response.json({ items: [{ name: "docs" }, { name: "shop" }] });
    asked.push(path);
    const query = new URL(path, "http://x").searchParams;
    const fit = all.filter((r) => (!query.get("status") || r.status === query.get("status")) && (!query.get("agent") || r.agent === query.get("agent")));
    const [from, limit] = [Number(query.get("cursor") ?? 0), Number(query.get("limit"))];
    return Response.json({ items: fit.slice(from, from + limit), nextCursor: fit.length > from + limit ? String(from + limit) : null });
  });
  return asked;
}

const drawn = async () => (await draw(<RunList onThreads={() => {}} />)).host;
const titles = (host: Element) => [...host.querySelectorAll(".run-row .title")].map((t) => t.textContent);
const select = (host: Element, name: string) => host.querySelector<HTMLSelectElement>(`select[aria-label="${name}"]`)!;

describe("The list of runs", () => {
  it("has runs with and without a conversation, each with ways to them", async () => {
    service([run(2, { threadId: "thr_1", input: `<img src=x onerror="alert(1)">` }), run(1, { status: "waiting", reason: "retry", endedAt: null })]);
    const host = await drawn();
    await shows(() => expect(titles(host)).toEqual([`<img src=x onerror="alert(1)">`, "Question 1"]));
    expect(host.querySelectorAll("img").length).toBe(0);
    expect([...host.querySelectorAll("li a")].map((a) => a.getAttribute("href"))).toEqual(["#/r/run_0002", "#/t/thr_1", "#/r/run_0001"]);
    expect([...host.querySelectorAll(".run-status")].map((s) => s.textContent)).toEqual(["completed", "waiting (retry)"]);
  });

  it("asks the service for a status and an agent, and leaves out itself what is or is not in a conversation", async () => {
    const asked = service([run(3, { status: "failed" }), run(2, { threadId: "thr_1" }), run(1, { agent: "shop" })]);
    const host = await drawn();
    await shows(() => expect(titles(host).length).toBe(3));
    await pick(select(host, "Conversation"), "no");
    expect(titles(host)).toEqual(["Question 3", "Question 1"]);
    await pick(select(host, "Status"), "failed");
    await shows(() => expect(titles(host)).toEqual(["Question 3"]));
    await pick(select(host, "Agent"), "shop");
    await shows(() => expect(host.textContent).toContain("No run matches."));
    expect(asked.at(-1)).toBe("/v1/runs?agent=shop&status=failed&limit=100");
  });

  it("reads on when its end comes near, and draws only what can be seen", async () => {
    const asked = service(Array.from({ length: 500 }, (_, i) => run(500 - i, i < 480 ? { threadId: "thr_1" } : {})));
    const host = await drawn();
    await shows(() => expect(titles(host)[0]).toBe("Question 500"));
    expect(asked.length).toBe(1);
    expect(titles(host).length).toBeLessThan(60);
    await pick(select(host, "Conversation"), "no");
    await shows(() => expect(titles(host)[0]).toBe("Question 20"));
    expect(asked).toEqual(["/v1/runs?limit=100", ...[100, 200, 300, 400].map((cursor) => `/v1/runs?limit=100&cursor=${cursor}`)]);
  });

  it("reads on for another filter while a page of the one before is on its way", async () => {
    const asked = service(Array.from({ length: 300 }, (_, i) => run(300 - i, i < 60 ? { threadId: "thr_1" } : {})));
    const fetched = fetch;
    vi.stubGlobal("fetch", (path: string) => (path.includes("cursor") && !path.includes("agent") ? new Promise(() => {}) : fetched(path)));
    const host = await drawn();
    await pick(select(host, "Conversation"), "no");
    await shows(() => expect(asked.length).toBe(1));
    await pick(select(host, "Agent"), "docs");
    await shows(() => expect(titles(host)[0]).toBe("Question 240"));
  });

  it("is read again when the page has the focus", async () => {
    const all = [run(1)];
    service(all);
    const host = await drawn();
    await shows(() => expect(titles(host)).toEqual(["Question 1"]));
    all.unshift(run(2));
    // Who comes and goes within a second does not ask each time.
    const later = Date.now() + 2000;
    vi.spyOn(Date, "now").mockReturnValue(later);
    await act(async () => void window.dispatchEvent(new Event("focus")));
    await shows(() => expect(titles(host)).toEqual(["Question 2", "Question 1"]));
  });
});

describe("A client that watches its runs", () => {
  it("brings each change to the list, without another request", async () => {
    const asked = service([run(1, { status: "running", endedAt: null })]);
    const changes: RunsChange[] = [];
    let wake = () => {};
    vi.spyOn(client, "watchRuns").mockImplementation(async function* (_, { signal } = {}) {
      while (!signal?.aborted) {
        yield* changes.splice(0);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    });
    const host = await drawn();
    await shows(() => expect(titles(host)).toEqual(["Question 1"]));
    changes.push({ anew: false, items: [run(1), run(2, { status: "queued" })] });
    await act(async () => wake());
    await shows(() => expect([...host.querySelectorAll(".run-status")].map((s) => s.textContent)).toEqual(["queued", "completed"]));
    expect(asked.length).toBe(1);
  });
});
