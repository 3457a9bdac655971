import { beforeAll, describe, expect, it } from "vitest";
import { loadMarkdown, Markdown } from "../src/content/Markdown.tsx";
import { draw } from "./draw.tsx";

beforeAll(loadMarkdown, 60_000);

describe("A document that grows", () => {
  it("keeps the elements of what is finished", async () => {
    const { host, again } = await draw(<Markdown text={"First.\n\nSecond\nline"} complete={false} />);
    const first = host.querySelector("p");
    await again(<Markdown text={"First.\n\nSecond\nline.\n\nThird."} />);
    expect(host.querySelector("p")).toBe(first);
    expect([...host.querySelectorAll("p")].map((p) => p.textContent)).toEqual(["First.", "Second\nline.", "Third."]);
  });

  it("links what is defined later, and numbers notes by their first calls", async () => {
    const { host, again } = await draw(<Markdown text={"See [it], [^b] and [^a].\n\nMore\nlines.\n\n"} complete={false} />);
    expect(host.querySelector("a")).toBeNull();
    await again(<Markdown text={"See [it], [^b] and [^a].\n\nMore\nlines.\n\n[it]: https://a.test\n\n[^a]: Note a.\n\n[^b]: Note b."} />);
    expect(host.querySelector("a")!.getAttribute("href")).toBe("https://a.test");
    expect([...host.querySelectorAll(".notes li")].map((li) => li.querySelector("p")!.textContent)).toEqual(["Note b.", "Note a."]);
  });
});
