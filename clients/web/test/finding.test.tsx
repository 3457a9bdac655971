import { act } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ThreadSummary } from "@orleans-agents/client";
import { client } from "../src/app/client.ts";
import { Notices } from "../src/app/Notices.tsx";
import { patience } from "../src/app/notices.ts";
import { Title } from "../src/app/Title.tsx";
import { hrefOf, open as go, useThreadId, useTurn } from "../src/app/route.ts";
import { setTheme, useTheme } from "../src/app/theme.ts";
import { ThemeSwitch } from "../src/app/ThemeSwitch.tsx";
import { deleteLater, useDeleted } from "../src/threads/deletions.ts";
import { ThreadRows } from "../src/threads/ThreadRows.tsx";
import { click, draw } from "./draw.tsx";

const key = (element: Element | null, name: string) => act(async () => element!.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true })));
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const button = (host: HTMLElement, name: string) => [...host.querySelectorAll("button")].find((b) => b.textContent === name || b.getAttribute("aria-label") === name);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("A deleted conversation", () => {
  let sent: { id: string; keepalive?: boolean }[];
  let hidden: ReadonlySet<string>;
  const remove = vi.spyOn(client, "deleteThread");
  function List() {
    hidden = useDeleted();
    return <Notices />;
  }
  beforeEach(() => {
    sent = [];
    remove.mockImplementation(async (id, options) => void sent.push({ id, ...options }));
  });

  it("is hidden at once, and deleted when nobody took it back for ten seconds", async () => {
    const { host } = await draw(<List />);
    await act(async () => deleteLater("thr_1", "“One”"));
    expect([[...hidden], host.querySelector(".notice p")!.textContent]).toEqual([["thr_1"], "“One” was deleted."]);
    await pass(patience - 1);
    expect(sent).toEqual([]);
    await pass(2);
    expect([sent, [...hidden], host.querySelector(".notice")]).toEqual([[{ id: "thr_1", keepalive: false }], [], null]);
  });

  it("that is taken back was never deleted", async () => {
    const { host } = await draw(<List />);
    const back = vi.fn();
    await act(async () => deleteLater("thr_1", "“One”", back));
    await click(button(host, "Undo"));
    await pass(patience * 2);
    expect([sent, [...hidden], back.mock.calls.length]).toEqual([[], [], 1]);
  });

  it("is deleted when the page is closed before", async () => {
    await draw(<List />);
    await act(async () => deleteLater("thr_1", "“One”"));
    await act(async () => window.dispatchEvent(new Event("pagehide")));
    await pass(patience * 2);
    expect(sent).toEqual([{ id: "thr_1", keepalive: true }]);
  });

  it("waits for whoever is about to take it back", async () => {
    const { host } = await draw(<List />);
    await act(async () => deleteLater("thr_1", "“One”"));
    await act(async () => button(host, "Undo")!.focus());
    await pass(patience * 3);
    expect(sent).toEqual([]);
    await act(async () => button(host, "Undo")!.blur());
    await pass(patience);
    expect(sent.length).toBe(1);
  });

  it("that the service keeps is shown again, with the reason", async () => {
    remove.mockRejectedValue(new Error("A run of this thread is at work."));
    const { host } = await draw(<List />);
    await act(async () => deleteLater("thr_1", "“One”"));
    await pass(patience);
    expect([[...hidden], host.querySelector(".notice.bad p")!.textContent]).toEqual([[], "“One” was not deleted: A run of this thread is at work."]);
    await click(button(host, "Close this notice"));
    expect(host.querySelector(".notice")).toBeNull();
  });
});

describe("A title", () => {
  const begin = async () => {
    const renamed = vi.fn(async () => true);
    const { host } = await draw(<Title title="Before" onRename={renamed} />);
    await click(host.querySelector("button"));
    return { host, renamed, input: host.querySelector("input")! };
  };

  it("is written anew in its place", async () => {
    const { host, renamed, input } = await begin();
    input.value = "  After ";
    await key(input, "Enter");
    expect([renamed.mock.calls, host.querySelector("input"), host.textContent]).toEqual([[["After"]], null, "After"]);
  });

  it("that is refused is what it was", async () => {
    const { host, renamed, input } = await begin();
    renamed.mockResolvedValue(false);
    input.value = "After";
    await key(input, "Enter");
    expect(host.textContent).toBe("Before");
  });

  it("stays as it is after Escape, which goes no farther, and when nothing was changed", async () => {
    const outside = vi.fn();
    document.addEventListener("keydown", outside);
    const { renamed, input } = await begin();
    input.value = "After";
    await key(input, "Escape");
    document.removeEventListener("keydown", outside);
    const other = await begin();
    await key(other.input, "Enter");
    const empty = await begin();
    empty.input.value = " ";
    await key(empty.input, "Enter");
    expect([renamed.mock.calls, outside.mock.calls, other.renamed.mock.calls, empty.renamed.mock.calls]).toEqual([[], [], [], []]);
  });
});

describe("The rows", () => {
  const thread = (id: string, more: object = {}) => ({ id, title: id, createdAt: "2026-01-01T00:00:00Z", updatedAt: "2026-01-01T00:00:00Z", ...more }) as ThreadSummary;
  const actions = { rename: vi.fn(), pin: vi.fn(), archive: vi.fn(), remove: vi.fn() };
  const list = (ids: string[], more = {}) => <ThreadRows groups={[{ name: "Today", threads: ids.map((id) => thread(id, more)) }]} hasMore={false} more={() => {}} actions={actions} />;
  const focused = () => document.activeElement!.textContent;
  beforeEach(() => {
    vi.clearAllMocks();
    // The parts of a popover that happy-dom does not have.
    HTMLElement.prototype.showPopover ??= () => {};
    HTMLElement.prototype.hidePopover ??= () => {};
  });

  it("are one stop of the tab key; arrow keys, Home and End go through all of them", async () => {
    const { host } = await draw(list(Array.from({ length: 500 }, (_, n) => `t${n}`)));
    expect([...host.querySelectorAll<HTMLElement>("a")].filter((a) => a.tabIndex === 0).length).toBe(1);
    expect(host.querySelectorAll("li").length).toBeLessThan(60);
    await act(async () => host.querySelector("a")!.focus());
    await key(document.activeElement, "ArrowDown");
    expect(focused()).toMatch(/^t1\D/);
    await key(document.activeElement, "End");
    expect(focused()).toMatch(/^t499\D/);
    await key(document.activeElement, "ArrowDown");
    expect(focused()).toMatch(/^t499\D/);
    await key(document.activeElement, "Home");
    expect(focused()).toMatch(/^t0\D/);
  });

  it("give the focus to the next when the one that has it is deleted", async () => {
    const { host, again } = await draw(list(["a", "b", "c"]));
    await act(async () => host.querySelectorAll("a")[1]!.focus());
    await key(document.activeElement, "Delete");
    expect(actions.remove.mock.calls.map(([t]) => t.id)).toEqual(["b"]);
    await again(list(["a", "c"]));
    expect(focused()).toMatch(/^c/);
  });

  it("have a menu; what is at work is not deleted, and the menu says why", async () => {
    const { host } = await draw(list(["a"], { run: { id: "r", status: "running" } }));
    await click(button(host, "Actions for a"));
    const items = () => [...host.querySelectorAll<HTMLElement>("[role=menuitem]")];
    expect(items().map((i) => i.textContent)).toEqual(["Rename", "Pin", "Archive", "DeleteStop its run first"]);
    await click(items()[3]);
    await key(host.querySelector("a"), "Delete");
    expect(actions.remove).not.toHaveBeenCalled();
    await click(items()[1]);
    expect([actions.pin.mock.calls.length, items().length]).toEqual([1, 0]);
  });

  it("are renamed in place", async () => {
    const { host } = await draw(list(["a"]));
    await key(host.querySelector("a"), "F2");
    const input = host.querySelector("input")!;
    input.value = "b";
    await key(input, "Enter");
    expect(actions.rename.mock.calls.map(([t, title]) => [t.id, title])).toEqual([["a", "b"]]);
  });
});

describe("The theme", () => {
  function Shown() {
    return <div>{useTheme()}<ThemeSwitch /></div>;
  }

  it("is chosen, kept, and given back to the system", async () => {
    const { host } = await draw(<Shown />);
    await click(host.querySelector("[aria-label=Dark]"));
    expect([document.documentElement.dataset.theme, localStorage.getItem("orleans-agents.theme"), host.textContent!.startsWith("dark")]).toEqual(["dark", "dark", true]);
    await act(async () => setTheme("system"));
    expect([document.documentElement.dataset.theme, localStorage.getItem("orleans-agents.theme")]).toEqual([undefined, null]);
  });

  it("follows another tab", async () => {
    const { host } = await draw(<Shown />);
    await act(async () => window.dispatchEvent(new StorageEvent("storage", { key: "orleans-agents.theme", newValue: "light" })));
    expect(host.textContent).toMatch(/^light/);
    await act(async () => setTheme("system"));
  });
});

describe("An address", () => {
  it("names a conversation and a turn of it; anything else is a new conversation", async () => {
    const Shown = () => <p>{`${useThreadId() ?? "new"} ${useTurn() ?? "newest"}`}</p>;
    const { host } = await draw(<Shown />);
    const id = `thr_${"a".repeat(32)}`;
    const at = async (hash: string) => {
      await act(async () => {
        location.hash = hash;
        window.dispatchEvent(new Event("hashchange"));
      });
      return host.textContent;
    };
    expect([await at(hrefOf(id)), await at(hrefOf(id, 3)), await at(`#/t/${id}?turn=0`), await at("#/t/thr_<script>"), await at("#/runs")])
      .toEqual([`${id} newest`, `${id} 3`, "new newest", "new newest", "new newest"]);
    go();
  });
});

