import { beforeAll, describe, expect, it, vi } from "vitest";
import { CodeBlock } from "../src/content/code/CodeBlock.tsx";
import { loadMarkdown, Markdown } from "../src/content/Markdown.tsx";
import { click, draw, comes } from "./draw.tsx";

beforeAll(async () => {
  await loadMarkdown();
  await import("../src/content/code/highlight.tsx");
}, 60_000);

describe("Code", () => {
  it("gets its colours when it is whole, and not before", async () => {
    const { host, again } = await draw(<Markdown text={"```js\nlet a = 1"} complete={false} />);
    expect(host.querySelector("pre")!.textContent).toBe("let a = 1");
    await again(<Markdown text={"```js\nlet a = 1;\n```"} complete={false} />);
    await comes(() => expect(host.querySelector(".hljs-keyword")!.textContent).toBe("let"));
    expect(host.querySelector("pre")!.textContent).toBe("let a = 1;");
    expect(host.querySelector("[style]")).toBeNull();
  });

  it("says its language, and has none that is unknown coloured", async () => {
    const { host } = await draw(<><CodeBlock code="x" language="csharp" /><CodeBlock code="y" language="klingon" /></>);
    await comes(() => expect([...host.querySelectorAll(".code-bar > :first-child")].map((e) => e.textContent)).toEqual(["C#", "klingon"]));
    expect(host.textContent).toContain("y");
  });

  it("is copied as it is, and the button reports it", async () => {
    const writeText = vi.fn(async () => {});
    vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText } });
    const { host } = await draw(<CodeBlock code={"a\n\tb"} language="sh" />);
    expect(host.querySelector("[role=status]")!.textContent).toBe("");
    await click(host.querySelector("[aria-label='Copy code']"));
    expect(writeText).toHaveBeenCalledWith("a\n\tb");
    await comes(() => expect(host.querySelector("[role=status]")!.textContent).toBe("Copied"));
    vi.unstubAllGlobals();
  });

  it("of 1,000 lines comes all of them", async () => {
    const code = Array.from({ length: 1000 }, (_, n) => `line ${n}`).join("\n");
    const { host } = await draw(<CodeBlock code={code} open />);
    expect(host.querySelector("pre")!.textContent).toBe(code);
  });

  it("of a diagram is shown as a diagram only when it is whole and somebody asks", async () => {
    const { host, again } = await draw(<Markdown text={"```mermaid\nflowchart LR\n a-->b"} complete={false} />);
    expect(host.textContent).not.toContain("Show diagram");
    await again(<Markdown text={"```mermaid\nflowchart LR\n a-->b\n```"} />);
    expect(host.textContent).toContain("Show diagram");
    expect(host.querySelector("iframe")).toBeNull();
  });
});
