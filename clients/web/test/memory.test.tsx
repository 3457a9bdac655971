import { act, useState } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { emptyThread, type MemoryView, type ThreadView } from "@orleans-agents/client";
import { PlacesContext, type Places } from "../src/app/places.ts";
import { compare } from "../src/memory/compare.ts";
import { Memory } from "../src/memory/Memory.tsx";
import { open } from "../src/session/session.ts";
import { madeBy } from "../src/memory/words.ts";
import { click, draw, pick, shows } from "./draw.tsx";
import recorded from "./fixtures/memory.json";

const memories = recorded as MemoryView[];
const asked: { method: string; path: string; body?: unknown; key?: string }[] = [];
let answer: (path: string, method: string) => unknown;

beforeEach(() => {
  asked.length = 0;
  answer = (path) => memories[Number(new URLSearchParams(path.split("?")[1]).get("version") ?? 4)];
  vi.stubGlobal("fetch", async (path: string, { method = "GET", body, headers }: { method?: string; body?: string; headers?: Record<string, string> } = {}) => {
    asked.push({ method, path, ...(body ? { body: JSON.parse(body), key: new Headers(headers).get("Idempotency-Key") ?? undefined } : {}) });
    const result = answer(path, method);
    return result instanceof Response ? result : Response.json(result);
  });
});
afterEach(() => vi.unstubAllGlobals());

const thread = (memory: ThreadView["memory"]): ThreadView => ({ ...emptyThread("thr_memory"), memory });
const went: number[] = [];
const places: Places = { turns: new Set([1, 2, 3, 4]), toTurn: (turn) => went.push(turn), toMemory: () => {} };

function Place({ memory }: { memory: ThreadView["memory"] }) {
  const [chosen, setChosen] = useState<number>();
  return <PlacesContext.Provider value={places}><Memory thread={thread(memory)} chosen={chosen} onChoose={setChosen} /></PlacesContext.Provider>;
}

async function opened() {
  const drawn = await draw(<Place memory={{ version: 4, seq: 9 }} />);
  await shows(() => expect(drawn.host.querySelector(".versions")).not.toBeNull());
  return drawn;
}

const button = (host: Element, name: string | RegExp) =>
  [...host.querySelectorAll("button")].find((b) => (typeof name === "string" ? (b.getAttribute("aria-label") ?? b.textContent) === name : name.test(b.textContent)));
const choose = (host: Element, version: number) => click(button(host, version === 0 ? /^Start/ : new RegExp(`^Version ${version}`)));
const texts = (host: Element, selector: string) => [...host.querySelectorAll(selector)].map((e) => e.textContent);

describe("A thread's memory", () => {
  it("shows its versions, newest first, with who made them of what", async () => {
    const { host } = await opened();
    expect(texts(host, ".versions .name")).toEqual(["Version 4", "Version 3", "Version 2", "Version 1", "Start"]);
    expect(texts(host, ".versions .made")).toEqual([
      "Turn 4 in the turns’ own words", "As at version 1, restored by ada", "Turns 4–6 written by small", "Turns 1–3 in the turns’ own words", "Before the first summary",
    ]);
    expect(texts(host, ".versions .tokens")).toEqual(["800 → 40 tokens", "3,100 → 260 tokens", "2,400 → 210 tokens"]);
    expect(texts(host, ".versions [aria-current]")[0]).toMatch(/^Version 4present/);
    expect(madeBy({ version: 5, at: "", kind: "forgotten", fromTurn: 2, throughTurn: 2 })).toBe("Turn 2 was deleted, and what stood on it");
  });

  it("shows each summary with its turns, which lead to them where they are still there", async () => {
    const { host } = await opened();
    expect(texts(host, ".summary .said")).toEqual(["Order A-1042 cost 59.90. It arrived broken.", "A refund was asked for."]);
    await click(button(host, "Go to turn 3"));
    expect(went).toEqual([3]);
    await choose(host, 2);
    await shows(() => expect(texts(host, ".summary .turn-range")).toEqual(["Turns 1–3", "Turns 4–6"]));
    expect(button(host, "Go to turn 6")).toBeUndefined();
  });

  it("says what a summary leaves out, and why", async () => {
    const { host } = await opened();
    expect(texts(host, ".summary details > summary")).toEqual(["Facts, word for word", "Not said word for word: 2 (2,190 tokens)", "Not said word for word: 1 (760 tokens)"]);
    expect(texts(host, ".dropped li")[0]).toBe("Turn 1 900 tokens Not among the passages that say most.");
  });

  it("takes every text as data", async () => {
    const { host } = await opened();
    await choose(host, 2);
    await shows(() => expect(host.textContent).toContain("<img src=x onerror=alert(1)>"));
    expect(host.textContent).toContain("![a chart](http://a.test/x.png)");
    expect(host.querySelectorAll("img, a, script, b, h1").length).toBe(0);
  });

  it("compares two versions by the summaries that they are made of", async () => {
    const { host } = await opened();
    const select = host.querySelector("select")!;
    expect([...select.options].map((o) => o.text)).toEqual(["nothing", "version 3", "version 2", "version 1", "the start"]);
    await pick(select, "2");
    await shows(() => expect(texts(host, ".compared h4")).toEqual(["Only in version 4: 1", "Only in version 2: 1", "In both: 1"]));
    expect(texts(host, ".compared .made").map((t) => t.split("; ")[1])).toEqual(["since version 4", "since version 2", "since version 1"]);
    const only = (n: number, m: number) => compare(memories[n]!.summaries, memories[m]!.summaries);
    expect([only(4, 0).onlyHere.length, only(0, 4).onlyThere.length, only(1, 3).both.length]).toEqual([2, 2, 1]);
  });

  it("is read again when an event says that it has changed, and the one that is looked at stays", async () => {
    const { host, again } = await opened();
    await again(<Place memory={{ version: 4, seq: 9 }} />);
    expect(asked.map((a) => a.path)).toEqual(["/v1/threads/thr_memory/memory"]);
    await choose(host, 1);
    await again(<Place memory={{ version: 5, seq: 10 }} />);
    await shows(() => expect(asked.map((a) => a.path.split("?")[1])).toEqual([undefined, "version=1", "version=1"]));
    expect(host.textContent).toContain("Not the present version: that is version 4.");
  });

  it("is empty with an explanation", async () => {
    answer = () => ({ threadId: "thr_memory", version: 0, shown: 0, versions: [], summaries: [] });
    const { host } = await draw(<Place memory={{ version: 0, seq: 0 }} />);
    await shows(() => expect(host.textContent).toMatch(/Nothing is summarised yet.*every earlier version can be looked at and restored/));
  });

  it("that cannot be read says why, and is tried again", async () => {
    answer = () => Response.json({ code: "storage_unavailable", detail: "The disk is full." }, { status: 507 });
    const { host } = await draw(<Place memory={{ version: 4, seq: 9 }} />);
    await shows(() => expect(host.querySelector("[role=alert]")?.textContent).toBe("The disk is full."));
    answer = () => memories[4];
    await click(button(host, "Try again"));
    await shows(() => expect(host.querySelectorAll(".summary").length).toBe(2));
    expect(host.querySelector("[role=alert]")).toBeNull();
  });
});

describe("A summary that was not made", () => {
  const failed = (retryAt: string | null) => (answer = () => ({ ...memories[4], failure: { ...memories[4]!.failure, retryAt } }));

  it("is told with its reason and the time of the next try", async () => {
    failed(new Date(Date.now() + 3_600_000).toISOString());
    const { host } = await opened();
    expect(host.querySelector(".memory-failure")!.textContent).toMatch(/not_shorter The summary was longer.*3 times in a row\. The memory stays as it was; tried again in \d+ (min|h)/);
  });

  it("waits for the next turn where its time is past or there is none", async () => {
    failed(null);
    const { host } = await opened();
    expect(host.querySelector(".memory-failure")!.textContent).toContain("tried again with the next turn");
  });
});

describe("Restoring a version", () => {
  it("asks first, sends one command, and shows what is present then", async () => {
    const { host } = await opened();
    expect(button(host, /^Restore/)).toBeUndefined();
    await choose(host, 1);
    await shows(() => expect(button(host, "Restore version 1")).toBeDefined());
    await click(button(host, "Restore version 1"));
    const dialog = host.querySelector("dialog")!;
    expect(dialog.open).toBe(true);
    await click(button(dialog, "Cancel"));
    expect(host.querySelector("dialog")).toBeNull();
    expect(asked.filter((a) => a.method === "POST")).toEqual([]);

    answer = (_, method) => (method === "POST" ? { commandId: "c", status: "accepted", seq: 12 } : { ...memories[1], version: 5, shown: 5 });
    await click(button(host, "Restore version 1"));
    await click(button(host.querySelector("dialog")!, "Restore"));
    await shows(() => expect(host.textContent).toContain("This is the present version"));
    expect(host.querySelector("dialog")).toBeNull();
    expect(asked.filter((a) => a.method === "POST")).toEqual([{ method: "POST", path: "/v1/threads/thr_memory/memory/restore", body: { version: 1 }, key: expect.stringMatching(/^cmd_/) }]);
    expect(document.activeElement).toBe(host.querySelector(".memory"));
  });

  it("is for those who may start turns; others are told so", async () => {
    answer = (path) => (path === "/v1/me" ? { signedIn: true, tenant: "local", user: "eve", roles: ["view"] } : memories[2]);
    await open();
    const { host } = await opened();
    await shows(() => expect(host.textContent).toContain("Restoring needs the role start, which you do not have."));
    expect((button(host, "Restore version 2") as HTMLButtonElement).disabled).toBe(true);
    answer = () => ({ signedIn: true, tenant: "local", user: "eve", roles: ["start"] });
    await act(open);
    expect((button(host, "Restore version 2") as HTMLButtonElement).disabled).toBe(false);
  });

  it("that is refused says why, in the question", async () => {
    const { host } = await opened();
    await choose(host, 2);
    await shows(() => expect(button(host, "Restore version 2")).toBeDefined());
    await click(button(host, "Restore version 2"));
    answer = () => Response.json({ code: "invalid_version", detail: "There is no such version.", field: "version" }, { status: 400 });
    await click(button(host.querySelector("dialog")!, "Restore"));
    await shows(() => expect(host.querySelector("dialog [role=alert]")?.textContent).toBe("There is no such version."));
  });
});
