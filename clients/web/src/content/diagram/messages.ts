/** What the page asks of the frame that draws, and what it answers. */
export interface Ask {
  source: string;
  dark: boolean;
}

export type Answer = { kind: "ready" } | { kind: "drawn"; svg: string; width: number; height: number } | { kind: "failed"; why: string };

const Largest = 4_000_000;

/** The frame draws what a model wrote, so nothing that comes out of it is trusted either. */
export function answerOf(data: unknown): Answer | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { kind, svg, width, height, why } = data as Record<string, unknown>;
  if (kind === "ready") return { kind };
  if (kind === "failed" && typeof why === "string") return { kind, why: why.slice(0, 500) };
  const size = (n: unknown): n is number => typeof n === "number" && n > 0 && n <= 20_000;
  if (kind !== "drawn" || typeof svg !== "string" || !size(width) || !size(height)) return undefined;
  return svg.length > Largest ? { kind: "failed", why: "It is too large to be shown." } : { kind, svg, width, height };
}
