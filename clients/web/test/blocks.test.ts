import { describe, expect, it } from "vitest";
import type { RootContent } from "mdast";
import { advance, blocksOf, nothing } from "../src/content/markdown/blocks.ts";
import { parse } from "../src/content/markdown/parse.ts";
import { bits, random } from "./bits.ts";

/** What a text means, without where it stands. */
const meaning = (nodes: RootContent[]) => JSON.parse(JSON.stringify(nodes, (key, value) => (key === "position" ? undefined : value)));
const whole = (text: string) => meaning(parse(text.replace(/\r\n?/g, "\n")).nodes);
const streamed = (pieces: string[]) => pieces.reduce(({ text, last }, p) => ({ text: text + p, last: advance(last, text + p) }), { text: "", last: nothing }).last;

describe("A text that arrives in pieces", () => {
  it("is in the end what the whole text is, wherever it was cut", { timeout: 60_000 }, () => {
    for (let seed = 1; seed <= 100; seed++) {
      const next = random(seed);
      const text = Array.from({ length: 2 + next(9) }, () => bits[next(bits.length)]! + ["\n\n", "\n", "", " "][next(10) < 6 ? 0 : next(4)]!).join("");
      const pieces = text.match(next(2) ? /[\s\S]/g : new RegExp(`[\\s\\S]{1,${2 + next(40)}}`, "g")) ?? [];
      expect(meaning(blocksOf(streamed(pieces)).map((b) => b.node)), `seed ${seed}: ${JSON.stringify(text)}`).toEqual(whole(text));
    }
  });

  it.each([
    "1. a\n\n2. b\n", "[a]: /u\n\"title\nmore\"\n\n[a]\n", "    code\n\n- \n", "    code\n\n[^1]: note\n\n[^1]\n", "text\n| a |\n|-x\n", "[a]: /u\nSetext\n---\n\nend\n", "\\[\n# a\n\\]\n", "```\na\n\n``\n```\nb\n", "[b]\n\n[a]\n\n[b]: /b\n", "- a\n\n  b\n\nc\nd\n",
  ])("is so letter by letter: %j", (text) => expect(meaning(blocksOf(streamed([...text])).map((b) => b.node))).toEqual(whole(text)));

  it("keeps the blocks that are finished as they are", () => {
    const before = advance(nothing, "# Title\n\nFirst.\n\n- a\n- b\n\nA last\nwor");
    const after = advance(before, "# Title\n\nFirst.\n\n- a\n- b\n\nA last\nword.\n\nAnd more");
    expect(blocksOf(after).length).toBe(5);
    for (let i = 0; i < 3; i++) expect(blocksOf(after)[i]!.node).toBe(blocksOf(before)[i]!.node);
  });

  it("that is another one than before is read from its beginning", () => {
    const last = advance(nothing, "One.\n\nTwo.\n\nThree.\n\n");
    expect(meaning(blocksOf(advance(last, "Two.\n\nOne.")).map((b) => b.node))).toEqual(whole("Two.\n\nOne."));
  });

  it("says whether the code at its end is still being written", () => {
    expect(streamed(["Text:\n\n```js\n", "let a", " = 1;\n"]).open).toBe(true);
    expect(streamed(["Text:\n\n```js\n", "let a", " = 1;\n", "``", "`"]).open).toBe(false);
    expect(streamed(["Text:\n\n```js\nlet a = 1;\n```\n\nMore"]).open).toBe(false);
  });
});
