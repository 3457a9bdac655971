import { describe, expect, it, vi } from "vitest";
import { Script } from "../../typescript/test/run.ts";
import { click } from "./draw.tsx";
import { press, talk, threadOf, type } from "./talk.tsx";

const done = () => new Script().created("Why?").model(1).answered(1, "Because.").completed("Because.");
const atWork = () => new Script().created("Why?").model(1).says(0, "Bec");
const choose = (host: Element, word: string) => click([...host.querySelectorAll(".segmented label")].find((l) => l.textContent === word)?.querySelector("input"));

describe("The message box", () => {
  it("sends with Enter, not with Shift+Enter nor while an input method writes", async () => {
    const { area, sent } = await talk(threadOf(done()));
    await type(area, "日本");
    await press(area, "Enter", { shiftKey: true });
    await press(area, "Enter", { isComposing: true });
    await press(area, "Enter", { keyCode: 229 });
    expect(sent).toEqual([]);
    await press(area, "Enter");
    expect(sent).toEqual([{ threadId: "thr_1", input: "日本" }]);
    expect(area.value).toBe("");
  });

  it("sends nothing that is empty", async () => {
    const { area, sent } = await talk(threadOf(done()));
    await type(area, "  \n ");
    await press(area, "Enter");
    expect(sent).toEqual([]);
  });

  it("brings the last message back with the upward key, only where it is empty", async () => {
    const { area } = await talk(threadOf(done()));
    await press(area, "ArrowUp");
    expect(area.value).toBe("Why?");
    await type(area, "Else");
    await press(area, "ArrowUp");
    expect(area.value).toBe("Else");
  });

  it("keeps what is written when its view is drawn anew, until it is sent", async () => {
    const thread = { ...threadOf(done()), id: "thr_draft" };
    await type((await talk(thread)).area, "Half a thought");
    const { area } = await talk(thread);
    expect(area.value).toBe("Half a thought");
    await press(area, "Enter");
    expect((await talk(thread)).area.value).toBe("");
  });

  it("steers, interrupts or queues while a run is at work; an interruption is for one message", async () => {
    const { host, area, sent } = await talk(threadOf(atWork()));
    for (const [word, text] of [["After this answer", "next"], ["Interrupt", "now"]] as const) {
      await choose(host, word);
      await type(area, text);
      await press(area, "Enter");
    }
    await type(area, "then");
    await press(area, "Enter");
    expect(sent.map((m) => (m as { delivery: string }).delivery)).toEqual(["queue", "interrupt", "steer"]);
  });
});

describe("Escape", () => {
  it("stops the run at work with one press", async () => {
    const cancel = vi.fn(async () => ({}) as never);
    const { area } = await talk(threadOf(atWork()), { cancel });
    await press(area, "Escape");
    expect(cancel.mock.calls).toEqual([["run_test"]]);
  });

  it("means what is open before it means the run, and nothing where none is at work", async () => {
    const cancel = vi.fn(async () => ({}) as never);
    const { host, area, becomes } = await talk(threadOf(atWork()), { cancel });
    const menu = host.appendChild(document.createElement("details"));
    menu.className = "menu";
    menu.open = true;
    await press(area, "Escape");
    menu.remove();
    await press(area, "Escape", { isComposing: true });
    await becomes(threadOf(done()));
    await press(area, "Escape");
    expect(cancel).not.toHaveBeenCalled();
  });
});
