import { previewOf } from "../text.js";
import type { AssistantMessage, TextPart, Usage } from "./view.js";

/**
 * How long the model thought before it wrote. The journal has the time of the whole call: of an answer with text as well,
 * it is the share of that time that the reasoning has of the tokens.
 */
export function thoughtOf(m: AssistantMessage, texts: TextPart[], { outputTokens = 0, reasoningTokens = 0 }: Partial<Usage>, at: string): { thoughtMs?: number } {
  if (!texts.some((t) => t.kind === "reasoning")) return {};
  const length = (kind?: string) => texts.reduce((sum, t) => sum + (kind === undefined || t.kind === kind ? previewOf(t.text).length : 0), 0);
  const share = length("text") === 0 ? 1 : reasoningTokens > 0 && outputTokens > 0 ? reasoningTokens / outputTokens : length("reasoning") / length();
  return { thoughtMs: Math.max(0, Math.round((Date.parse(at) - Date.parse(m.at)) * Math.min(1, share))) };
}
