import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "../src/content/markdown/parse.ts";
import { loadMarkdown, Markdown } from "../src/content/Markdown.tsx";
import { draw, comes } from "./draw.tsx";

beforeAll(async () => {
  await loadMarkdown();
  // KaTeX sets nothing in a document without a doctype, which is what the test environment has.
  Object.defineProperty(document, "compatMode", { value: "CSS1Compat" });
  await import("../src/content/math/typeset.ts");
}, 60_000);

/** The formulas that stand in a text: those of blocks and of lines of their own in double brackets. */
function formulas(text: string): string[] {
  const found: string[] = [];
  JSON.stringify(parse(text).nodes, (_, node) => {
    if (node?.type === "math") found.push(`[[${node.value}]]`);
    if (node?.type === "inlineMath") found.push(node.display ? `[[${node.value}]]` : node.value);
    return node;
  });
  return found;
}

describe("Math", () => {
  it.each([
    ["$$\nx = y\n$$", ["[[x = y]]"]], ["$$x = y$$", ["[[x = y]]"]], ["See $$x$$ here", ["[[x]]"]], ["\\[\na\n- b\n# c\n\\]", ["[[a\n- b\n# c]]"]], ["\\[ x \\]", ["[[x]]"]],
    ["where\n\\[ x \\]\nand", ["[[x]]"]], ["is \\(a_1\\) or \\(b\\)", ["a_1", "b"]], ["is $x$, $n+1$ and $\\alpha$.", ["x", "n+1", "\\alpha"]], ["- item\n\n  $$\n  x\n  $$", ["[[x]]"]],
    ["> $$\n> q\n> $$", ["[[q]]"]], ["\\[ a \\\\[2pt] b \\]", ["[[a \\\\[2pt] b]]"]], ["$5 or $x_i$ of them", ["x_i"]], ["**$x$**", ["x"]],
  ])("is found in %j", (text, expected) => expect(formulas(text)).toEqual(expected));

  it.each([
    "It costs $5 and $10.", "From $5 to 10$ each", "$20,000 and $30,000", "US$5/US$6", "$HOME/bin and $PATH", "$a and b$c", "\\$x\\$", "`$x$`", "```\n$x$\n```", "a $ b $ c", "$$", "$$\nnever\n\nends $$", "\\( never", "it is $speed of light$ here",
  ])("is not found in %j", (text) => expect(formulas(text)).toEqual([]));

  it("is set by elements alone, and where it is no formula its source is shown", async () => {
    const { host } = await draw(<Markdown text={"$$\n\\frac{a}{b}\n$$\n\n$$\n\\nonsense{x}\n$$"} />);
    await comes(() => expect(host.querySelectorAll(".katex").length).toBe(1));
    expect(host.querySelector("code.tex")!.textContent).toBe("\\nonsense{x}");
  });

  it.each([
    "\\href{javascript:alert(1)}{x}", "\\htmlStyle{color:red}{x}", "\\includegraphics{http://canary.test/x.png}", "\\url{http://canary.test}", "\\def\\a{\\a\\a}\\a", "\\def\\a{xx}\\def\\b{\\a\\a\\a\\a}\\def\\c{\\b\\b\\b\\b\\b\\b}\\def\\d{\\c\\c\\c\\c\\c\\c}\\d\\d\\d\\d\\d\\d\\d\\d\\d\\d",
    "{".repeat(3_000), "x".repeat(5_000),
  ])("has no way out and no end of its own: %s", async (tex) => {
    const { host } = await draw(<Markdown text={`$$\n${tex}\n$$`} />);
    await comes(() => expect(host.textContent).toContain(tex.slice(0, 5)));
    expect(host.querySelector("a, img, [style*=red]")).toBeNull();
  });

  it("is not larger than a page, whatever size it asks for", async () => {
    const { host } = await draw(<Markdown text={"$$\n\\rule{99999em}{99999em}\\kern{99999em}\n$$"} />);
    await comes(() => expect(host.querySelector(".katex")).not.toBeNull());
    const sizes = [...host.querySelectorAll<HTMLElement>(".katex-html *")].flatMap((e) => [e.style.borderRightWidth, e.style.borderTopWidth, e.style.marginRight, e.style.height]).map(parseFloat).filter(Boolean);
    expect(Math.max(...sizes)).toBeLessThan(100);
  });
});
