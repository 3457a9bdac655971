import { renderToStaticMarkup } from "react-dom/server";
import { beforeAll, describe, expect, it } from "vitest";
import { loadMarkdown, Markdown } from "../src/content/Markdown.tsx";

beforeAll(loadMarkdown, 60_000);
const html = (text: string) => renderToStaticMarkup(<Markdown text={text} />);
const lines = (count: number, line: (n: number) => string) => Array.from({ length: count }, (_, n) => line(n)).join("\n");
const elements = (shown: string) => shown.match(/<\w/g)!.length;

/** Each would keep a reader busy for minutes that takes more than its length in time, or end one that calls itself. */
const texts: Record<string, string> = {
  "10,000 quotes": `${">".repeat(10_000)} a`,
  "10,000 lists": `${"- ".repeat(10_000)}a`,
  "quotes in every line": lines(400, () => `${"> ".repeat(39)}a`),
  "quotes almost too deep": lines(50, () => `${"> ".repeat(30)}a`),
  "300 lists in one another": lines(300, (n) => `${" ".repeat(2 * n)}- a`),
  "a line of 100 KB": "word ".repeat(20_000),
  "a word of 100 KB": "a".repeat(100_000),
  "emphasis that never ends": "*a **a ".repeat(2_000),
  "brackets": "[".repeat(100_000),
  "links in links": "[a](".repeat(2_000),
  "pictures in pictures": "![".repeat(5_000),
  "comments that never end": "<!--".repeat(20_000),
  "tags that never end": "<a ".repeat(5_000),
  "backticks": lines(200, (n) => `${"`".repeat(n)}a`),
  "dollars": "$a ".repeat(5_000),
  "formulas that never end": "\\[\n".repeat(5_000),
  "definitions": `${lines(1_000, (n) => `[a${n}]: http://a.test`)}\n\n${"[a1] ".repeat(1_000)}`,
  "notes that call notes": lines(300, (n) => `[^${n}]: See[^${n + 1}]\n`) + "\n\nSee[^0]",
};

describe("A text that is made to stop the page", () => {
  it.each(Object.entries(texts))("is shown all the same: %s", (_, text) => {
    const shown = html(text);
    expect(new DOMParser().parseFromString(shown, "text/html").body.textContent!.trim()).not.toBe("");
    expect(elements(shown)).toBeLessThan(5_000);
  });

  it("shows a table of 5,000 rows a page at a time", () => {
    const shown = html(`| a | b |\n|---|---|\n${lines(5_000, (n) => `| ${n} | x |`)}`);
    expect(shown).toContain("1–200 of 5,000 rows");
    expect(elements(shown)).toBeLessThan(1_000);
  });

  it("is tamed only where it is wild", () => {
    const shown = html(`# Title\n\n${">".repeat(5_000)} deep\n\n${"-".repeat(200)}\n\n**bold**`);
    expect(shown).toContain('class="heading h1"');
    expect(shown).toContain("<strong>bold</strong>");
    expect(shown).toContain("<hr/>");
  });

  it("shows what is nested too deep as it was written", () => {
    const shown = html(lines(35, (n) => `${" ".repeat(2 * n)}- item${n}`));
    expect(shown).toContain("item34");
  });
});

describe("A text that is made to look like something else", () => {
  it("gives every text its own direction", () => expect(html("\u202Eevil\u202C")).toContain('<p dir="auto">'));

  it("warns of code whose order is not the one that is shown", () => {
    expect(html("```js\nif (admin) { /* \u202E */ }\n```")).toContain("hidden characters");
    expect(html("```js\nif (admin) { }\n```")).not.toContain("hidden characters");
  });

  it("has no headings that belong to the page", () => expect(html("# One\n\nTwo\n===\n\n###### Three")).not.toMatch(/<h\d/));

  it("breaks lines where a table needs it, and nowhere else obeys HTML", () => {
    expect(html("| a |\n|---|\n| one<br>two |")).toContain("one<br/>two");
    expect(html("<br onclick=alert(1)> <style>p{}</style>")).not.toMatch(/<(br|style)/);
  });
});
