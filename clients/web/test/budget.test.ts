import { describe, expect, it } from "vitest";
import { weigh } from "../scripts/budget.ts";

const noise = (bytes: number) => Uint8Array.from({ length: bytes }, (_, n) => (Math.imul(n + 1, 2654435761) >>> 13) & 255);

describe("The weight of the first load", () => {
  it("is that of the files that the page needs to begin, compressed", () => {
    const { first, fits } = weigh([{ name: "a.js", source: "x".repeat(100_000), first: true }, { name: "later.woff2", source: noise(5_000), first: false }], 1_000);
    expect(first).toBeLessThan(100);
    expect(fits).toBe(true);
  });

  it("is too much when it exceeds the limit", () => {
    const { fits, lines } = weigh([{ name: "font.woff2", source: noise(5_000), first: true }], 4_999);
    expect(fits).toBe(false);
    expect(lines.at(-1)).toBe("The first load is 4.9 KB of 4.9 KB.");
  });
});
