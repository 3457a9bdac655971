import { describe, expect, it } from "vitest";
import { cellOf } from "../src/content/delimited.ts";
import { Value } from "../src/content/Value.tsx";
import { shapeOf, textOf } from "../src/content/value/shape.ts";
import { click, draw } from "./draw.tsx";

const shown = async (value: unknown) => (await draw(<Value value={value} label="Result" />)).host;

describe("A value", () => {
  it("that is a text is shown as it is", async () => expect((await shown("a\n  <b>")).querySelector("pre")!.textContent).toBe("a\n  <b>"));

  it("that is a text of JSON is what the text says", () => {
    expect(shapeOf(' {"a": 1}')).toEqual({ kind: "tree", value: { a: 1 } });
    expect(shapeOf("{not json}")).toEqual({ kind: "text", text: "{not json}" });
    expect(shapeOf(5)).toEqual({ kind: "text", text: "5" });
    expect(shapeOf(undefined)).toEqual({ kind: "text", text: "" });
  });

  it("that lists flat objects is a table, with every name that one of them has", async () => {
    const host = await shown([{ id: 1, name: "a" }, { id: 2, more: null }]);
    expect([...host.querySelectorAll("th")].map((e) => e.textContent)).toEqual(["id", "name", "more"]);
    expect([...host.querySelectorAll("tbody td")].map((e) => e.textContent)).toEqual(["1", "a", "", "2", "", "null"]);
  });

  it.each([[[{ a: 1 }]], [[{ a: 1 }, { a: [1] }]], [[1, 2]], [[{ a: 1 }, null]]])("that is no such list is a tree: %j", (value) => expect(shapeOf(value).kind).toBe("tree"));

  it("that is large is folded, and what is folded is not in the document", async () => {
    const host = await shown({ list: Array.from({ length: 5_000 }, (_, n) => ({ n, deep: { n } })) });
    expect(host.querySelectorAll("*").length).toBeLessThan(40);
    host.querySelectorAll("details")[1]!.open = true;
    await click(host.querySelectorAll("summary")[1]);
    host.querySelectorAll("details")[1]!.dispatchEvent(new Event("toggle"));
    await new Promise((resolve) => setTimeout(resolve));
    expect(host.querySelectorAll("*").length).toBeLessThan(2_000);
  });

  it("that is long is shown page by page", async () => {
    const host = await shown(Array.from({ length: 1_000 }, (_, n) => ({ n })));
    const rows = () => [...host.querySelectorAll("tbody tr")].map((r) => r.textContent);
    expect(rows().length).toBe(50);
    expect(host.textContent).toContain("1–50 of 1,000 rows");
    await click([...host.querySelectorAll("button")].find((b) => b.textContent === "Next"));
    expect(rows()[0]).toBe("50");
  });

  it("that nests 100,000 lists neither ends the page nor its copy", async () => {
    const text = "[".repeat(100_000) + "]".repeat(100_000);
    expect((await shown(text)).textContent).toContain("1 item");
    expect(textOf(text)).toBe(text);
  });

  it("is copied as indented JSON", () => expect(textOf('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}'));
});

describe("A cell that is copied", () => {
  it.each([["=1+1", "'=1+1"], ["@x", "'@x"], ["-cmd", "'-cmd"], ["+x", "'+x"], ["-5", "-5"], ["+1.5", "+1.5"], ["a\tb\nc", "a b c"]])("is no formula: %j", (text, cell) => expect(cellOf(text)).toBe(cell));
});
