import { act } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ThreadSummary } from "@orleans-agents/client";
import { client } from "../src/app/client.ts";
import { choicesOf } from "../src/app/palette/choices.ts";
import { Marked } from "../src/app/palette/Marked.tsx";
import Palette from "../src/app/palette/Palette.tsx";
import { click, comes, draw } from "./draw.tsx";

const thread = (id: string, match?: ThreadSummary["match"], more = {}) => ({ id, title: `Title of ${id}`, createdAt: "", updatedAt: "2026-01-01T00:00:00Z", match, ...more }) as ThreadSummary;
const key = (element: Element, name: string) => act(async () => element.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true })));
const write = (input: HTMLInputElement, text: string) =>
  act(async () => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!.call(input, text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });

describe("A passage", () => {
  const html = async (text: string, marks: { from: number; length: number }[]) => (await draw(<Marked match={{ text, marks }} />)).host.innerHTML;

  it("has its words marked, in any script", async () => {
    expect(await html("多久能退款？", [{ from: 3, length: 2 }])).toBe("多久能<mark>退款</mark>？");
    expect(await html("a b a", [{ from: 4, length: 1 }, { from: 0, length: 1 }])).toBe("<mark>a</mark> b <mark>a</mark>");
  });

  it("is text, whatever it says", async () => {
    expect(await html("<img src=x onerror=alert(1)>", [{ from: 1, length: 3 }])).toBe("&lt;<mark>img</mark> src=x onerror=alert(1)&gt;");
  });

  it("survives marks that overlap or lie outside", async () => {
    expect(await html("abcdef", [{ from: 1, length: 3 }, { from: 2, length: 2 }, { from: 4, length: 99 }, { from: 50, length: 2 }, { from: -3, length: 2 }, { from: 5, length: -1 }])).toBe("a<mark>bcd</mark><mark>ef</mark>");
  });
});

describe("The palette", () => {
  const run = vi.fn();
  const opened = vi.fn();
  const closed = vi.fn();
  const commands = [{ name: "New conversation", run }, { name: "Theme: dark", run }];
  const search = vi.spyOn(client, "searchThreads");
  beforeEach(() => {
    vi.clearAllMocks();
    search.mockImplementation(async (text) => ({ items: [thread("hit", { turn: 3, text: `… ${text} …`, marks: [{ from: 2, length: text.length }] }), thread("old", { text: "Old", marks: [] }, { archived: true })] }));
  });
  const open = async () => {
    const { host } = await draw(<Palette commands={commands} recent={[thread("late")]} onOpen={opened} onClose={closed} />);
    const input = host.querySelector("input")!;
    const options = () => [...host.querySelectorAll("[role=option]")].map((o) => o.textContent);
    return { host, input, options, chosen: () => host.querySelector(`#${CSS.escape(input.getAttribute("aria-activedescendant")!)}`)?.textContent };
  };

  it("offers late conversations and every command before anything is written", async () => {
    const { options } = await open();
    expect(options()).toEqual(["Title of lateJan 1", "New conversation", "Theme: dark"]);
    expect(search).not.toHaveBeenCalled();
  });

  it("finds commands by their words, and conversations with the passage; a hit leads to its turn", async () => {
    const { input, options, host } = await open();
    await write(input, "dark th");
    await comes(() => expect(options()).toEqual(["Theme: dark", "Title of hitTurn 3 · Jan 1… dark th …", "OldArchived · Jan 1"]));
    expect(search).toHaveBeenCalledTimes(1);
    expect(host.querySelector("[role=status]")!.textContent).toBe("2 conversations");
    await key(input, "ArrowDown");
    await key(input, "Enter");
    expect([closed.mock.calls.length, opened.mock.calls]).toEqual([1, [["hit", 3]]]);
  });

  it("goes round with the arrow keys, and a click chooses too", async () => {
    const { host, input, chosen } = await open();
    await key(input, "ArrowUp");
    expect(chosen()).toBe("Theme: dark");
    await key(input, "ArrowDown");
    expect(chosen()).toBe("Title of lateJan 1");
    await click(host.querySelectorAll("[role=option]")[1]);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("keeps Escape for itself", async () => {
    const outside = vi.fn();
    document.addEventListener("keydown", outside);
    const { input } = await open();
    await key(input, "Escape");
    document.removeEventListener("keydown", outside);
    expect([closed.mock.calls.length, outside.mock.calls.filter(([e]) => !e.defaultPrevented).length]).toEqual([1, 0]);
  });

  it("says why nothing could be searched", async () => {
    search.mockRejectedValue(new TypeError("failed"));
    const { input, host } = await open();
    await write(input, "zzz");
    await comes(() => expect(host.querySelector("[role=status]")!.textContent).toBe("The service cannot be reached."));
  });
});

describe("Choices", () => {
  it("have the commands that match before what was found", () => {
    const names = choicesOf("NEW", [{ name: "New conversation", run: () => {} }, { name: "Other", run: () => {} }], [thread("late")], [thread("hit")]).map((c) => c.key);
    expect(names).toEqual(["command-New conversation", "hit"]);
  });
});
