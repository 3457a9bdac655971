import { act } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ProblemError, type RunEvent, type Watched } from "@orleans-agents/client";
import { Script } from "../../typescript/test/run.ts";
import { client } from "../src/app/client.ts";
import { RunPage } from "../src/runs/RunPage.tsx";
import { RunStore } from "../src/runs/runStore.ts";
import { draw, click, shows } from "./draw.tsx";

/** Gives events as the service does, and then waits for more. */
function watched(script: Script, before?: (after: number) => void) {
  vi.spyOn(client, "watchRun").mockImplementation(async function* (_, { cursor, signal } = {}): AsyncGenerator<Watched, void, void> {
    before?.(Number(cursor ?? 0));
    for (const event of script.events as (RunEvent & { seq?: number })[]) {
      if ((event.seq ?? 0) > Number(cursor ?? 0)) yield { cursor: String(event.seq ?? ""), event };
    }
    await new Promise((resolve) => signal!.addEventListener("abort", resolve));
  });
}

const hostile = `<img src=x onerror="alert(1)">`;
const rows = (host: Element) => [...host.querySelectorAll("[role=option]")];
const option = (host: Element, text: string) => rows(host).find((r) => r.textContent!.includes(text));
const button = (host: Element, name: string) => [...host.querySelectorAll("button")].find((b) => b.textContent === name);
const drawn = async (script: Script, step?: number) => {
  watched(script);
  const { host } = await draw(<RunPage runId={script.id} step={step} onThreads={() => {}} />);
  await shows(() => expect(rows(host).length).toBeGreaterThan(0));
  return host;
};
const press = (element: Element, key: string) => act(async () => void element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));

const answered = () => new Script().created("What is a zebra?", { threadId: "thr_1", agent: hostile, metadata: { team: hostile } })
  .model(1).answered(1, "", [hostile, "search"]).tool(2, "call_1_1").result("call_1_1", hostile).tool(3, "call_1_2").toolFailed("call_1_2", {}).model(4).answered(4, "Striped.").completed("Striped.");

beforeEach(() => {
  // Wide enough for the pane beside the list.
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} }));
  location.hash = "#/r/run_test";
  vi.stubGlobal("fetch", async (path: string) => Response.json(path.includes("/events") ? { items: [] } : { step: 1, matches: true, request: { messages: [{ role: "user", text: "What is a zebra?" }] } }));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("The page of a run", () => {
  it("says what the run is, what it took, and where its conversation is", async () => {
    const host = await drawn(answered());
    expect(host.querySelector("h1")!.textContent).toBe("What is a zebra?");
    expect(host.querySelector(".run-status")!.textContent).toBe("completed");
    expect(host.querySelector(".run-id")!.textContent).toBe("run_test");
    expect(host.querySelector(".run-facts")!.textContent).toContain("Tool calls2 (1 failed)");
    expect([...host.querySelectorAll("a")].find((a) => a.textContent === "Open the conversation")!.getAttribute("href")).toBe("#/t/thr_1");
  });

  it("shows names and texts of others as text", async () => {
    const host = await drawn(answered(), 2);
    expect(host.querySelectorAll("img, [onerror]").length).toBe(0);
    expect(option(host, hostile)).toBeDefined();
    expect(host.querySelector(".pane")!.textContent).toContain(hostile);
    expect(host.querySelector(".run-facts")!.textContent).toContain(`team${hostile}`);
  });

  it("has the run and each step as a row, and the chosen one beside them", async () => {
    const host = await drawn(answered());
    expect(rows(host).length).toBe(5);
    const list = host.querySelector("[role=listbox]")!;
    for (let n = 0; n < 3; n++) await press(list, "ArrowDown");
    expect(rows(host).map((r) => r.getAttribute("aria-selected"))).toEqual(["false", "false", "false", "true", "false"]);
    expect(list.getAttribute("aria-activedescendant")).toBe(rows(host)[3]!.id);
    expect(host.querySelector(".pane h2")!.textContent).toBe("3 search");
    expect(host.querySelector(".attempts")!.textContent).toContain("failed No.");
    await shows(() => expect(location.hash).toBe("#/r/run_test?step=3"));
  });

  it("follows an address that changes to another step", async () => {
    const host = await drawn(answered(), 2);
    await act(async () => {
      location.hash = "#/r/run_test?step=4";
      window.dispatchEvent(new Event("hashchange"));
    });
    expect(host.querySelector(".pane h2")!.textContent).toBe("4 Model");
  });

  it("draws only the rows that can be seen of thousands", async () => {
    const script = new Script().created().model(1).answered(1, "", Array.from({ length: 3000 }, () => "search"));
    const host = await drawn(script);
    expect(rows(host).length).toBeLessThan(60);
    expect(rows(host)[0]!.getAttribute("aria-setsize")).toBe("3002");
  });

  it("has all events with what each says, word for word, and leads from one to its step", async () => {
    const host = await drawn(answered());
    await click([...host.querySelectorAll("[role=tab]")].find((t) => t.textContent === "Events"));
    await click(option(host, "tool.failed"));
    const said = host.querySelector(".pane")!.textContent!;
    for (const part of ["seq", "8", "tool.failed", "callId", "call_1_2"]) expect(said).toContain(part);
    await click(button(host, "Step 3"));
    expect(host.querySelector(".pane h2")!.textContent).toBe("3 search");
  });

  it("lets somebody decide, also on a run without a conversation", async () => {
    const host = await drawn(new Script().created().model(1).answered(1, "", ["search"]).tool(2, "call_1_1").asks("call_1_1"));
    expect(host.querySelector(".run-status")!.textContent).toBe("waiting (decision)");
    expect(button(host, "Skip: it is done")).toBeDefined();
  });

  it("says that there is no such run", async () => {
    vi.spyOn(client, "watchRun").mockImplementation(async function* () {
      throw new ProblemError(404, "run_not_found", "There is no such run.");
    });
    const { host } = await draw(<RunPage runId="run_none" onThreads={() => {}} />);
    await shows(() => expect(host.textContent).toContain("This run does not exist"));
  });
});

describe("What keeps a run up to date", () => {
  it("also takes what was recorded behind the run's end", async () => {
    const script = answered();
    vi.spyOn(client, "watchRun").mockImplementation(async function* () {
      for (const event of script.events as (RunEvent & { seq: number })[]) yield { cursor: String(event.seq), event };
    });
    const behind = { runId: script.id, seq: 12, at: "2026-01-01T00:01:00Z", type: "feedback.given", data: { value: "up", note: "Well said." } };
    vi.stubGlobal("fetch", async (path: string) => Response.json({ items: path.endsWith("after=11&limit=500") ? [behind] : [] }));
    const { host } = await draw(<RunPage runId={script.id} onThreads={() => {}} />);
    await shows(() => expect(host.querySelector(".pane")?.textContent).toContain("up: Well said."));
  });

  it("reads again from the last event where one is missing, and takes none twice", async () => {
    const script = answered();
    const all = [...script.events];
    const asked: number[] = [];
    watched(script, (after) => {
      asked.push(after);
      script.events.splice(0, script.events.length, ...(after === 0 ? [...all.slice(0, 4), ...all.slice(6)] : all));
    });
    const store = new RunStore(client, script.id);
    const stop = store.subscribe(() => {});
    await vi.waitFor(() => expect(store.get().run.status).toBe("completed"), { timeout: 3000 });
    expect(asked).toEqual([0, 4]);
    expect(store.get().trace.facts.map((f) => f.seq)).toEqual(all.map((_, i) => i + 1));
    stop();
  });
});
