import { renderToStaticMarkup } from "react-dom/server";
import { beforeAll, describe, expect, it } from "vitest";
import { safeUrl } from "../src/content/links.tsx";
import { loadMarkdown, Markdown } from "../src/content/Markdown.tsx";

beforeAll(loadMarkdown, 60_000);

const html = (text: string) => renderToStaticMarkup(<Markdown text={text} />);

describe("What a model writes", () => {
  it("never becomes an element of its own", () => {
    const shown = html('<img src=x onerror=alert(1)> <script>alert(1)</script>\n\n<iframe src="http://a.test"></iframe>');
    expect(shown).not.toMatch(/<(img|script|iframe)/);
    expect(shown).toContain("&lt;script&gt;");
  });

  it("shows an image as a link", () => {
    const shown = html("![a chart](http://a.test/x.png)");
    expect(shown).not.toContain("<img");
    expect(shown).toContain('<a href="http://a.test/x.png" target="_blank" rel="noopener noreferrer"');
    expect(shown).toContain("Image: a chart");
  });

  it.each(["javascript:alert(1)", "data:text/html,x", "vbscript:x", "/v1/runs", "//a.test", "file:///etc/passwd", "java\nscript:alert(1)"])("does not lead to %s", (url) => {
    expect(safeUrl(url)).toBeUndefined();
    expect(html(`[x](<${url}>)`)).not.toContain("<a ");
  });

  it.each(["http://a.test", "https://a.test/b?c", "mailto:a@a.test"])("leads to %s", (url) => expect(safeUrl(url)).toBe(url));
});
