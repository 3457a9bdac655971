import { describe, expect, it } from "vitest";
import { fold, type RunEvent } from "@orleans-agents/client";
import { Script } from "../../typescript/test/run.ts";
import { citationsOf } from "../src/conversation/citations.ts";

const long = Array.from({ length: 40 }, (_, n) => `line ${n + 1}`).join("\n");
const results = [
  { path: "docs/a.md", startLine: 1, totalLines: 40, text: long },
  { passages: [{ path: "docs/a.md", line: 3, text: "three\nfour" }, { path: "docs/b.md", line: 1, text: "one" }] },
  "no JSON { at all",
];

function cited(answer: string) {
  const s = new Script().created().model(1).answered(1, "", ["read", "search", "other"]);
  results.forEach((result, n) => s.tool(2 + n, `call_1_${n + 1}`).result(`call_1_${n + 1}`, typeof result === "string" ? result : JSON.stringify(result)));
  const run = fold(s.id, s.model(5).answered(5, answer).events as RunEvent[]);
  return citationsOf(run).map((c) => [c.path, c.at, c.line, c.text.split("\n")[0]]);
}

describe("A citation in an answer", () => {
  it("leads to the shortest passage that the run's tools returned of its line", () => {
    expect(cited("> three\n\n— docs/a.md, line 3")).toEqual([["docs/a.md", 3, 3, "three"]]);
    expect(cited("As docs/a.md:20 says.")).toEqual([["docs/a.md", 20, 1, "line 1"]]);
  });

  it("is found in every usual form, in the answer's order and once", () => {
    expect(cited("`docs/b.md`, docs/a.md#L4, (docs/a.md, lines 30–31), docs/a.md:4").map(([path, at]) => [path, at])).toEqual([["docs/b.md", undefined], ["docs/a.md", 4], ["docs/a.md", 30]]);
  });

  it("is none where the document was not read, or only a part of a longer name", () => {
    expect(cited("See docs/c.md, my/docs/a.md, docs/a.md.bak and docs/a.mdx.")).toEqual([]);
    expect(cited("Nothing. docs/b.md. The end.").map(([path]) => path)).toEqual(["docs/b.md"]);
  });
});
