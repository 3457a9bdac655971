import { isBodyRef, previewOf, type AssistantMessage, type RunView, type ToolCall } from "@orleans-agents/client";

/** A part of a document, as a tool returned it. */
export interface Passage {
  path: string;
  /** The number of its first line, where the tool gives it. */
  line?: number;
  text: string;
}

/** A place that an answer names, with what a tool returned of it. */
export interface Citation extends Passage {
  /** The line that the answer names. */
  at?: number;
}

/** Where an answer quotes documents that its own run has read: each place once, in the answer's order. */
export function citationsOf(run: RunView): Citation[] {
  const answer = run.messages.findLast((m): m is AssistantMessage => m.role === "assistant" && m.parts.some((p) => p.kind === "text"));
  const text = answer?.parts.map((p) => (p.kind === "text" ? previewOf(p.text) : "")).join("\n") ?? "";
  if (text === "") return [];
  const passages = run.messages.flatMap((m) => (m.role === "assistant" ? m.parts.flatMap((p) => (p.kind === "tool" ? passagesOf(p) : [])) : []));
  const found = new Map<string, Citation & { place: number }>();
  for (const path of new Set(passages.map((p) => p.path))) {
    const own = passages.filter((p) => p.path === path);
    for (let place = text.indexOf(path); place >= 0; place = text.indexOf(path, place + path.length)) {
      if (isPartOfWord(text, place, path.length)) continue;
      const at = lineAfter(text.slice(place + path.length, place + path.length + 24));
      const passage = holding(own, at);
      const key = `${path}:${at ?? passage.line ?? ""}`;
      if (!found.has(key)) found.set(key, { ...passage, ...(at === undefined ? {} : { at }), place });
    }
  }
  return [...found.values()].sort((a, b) => a.place - b.place).map(({ place: _, ...citation }) => citation);
}

/** Another path that only contains this one. */
const isPartOfWord = (text: string, place: number, length: number) => /[\w/.-]/.test(text[place - 1] ?? "") || /^[\w/-]|^\.\w/.test(text.slice(place + length, place + length + 2));

/** “, line 12”, “:12”, “ (lines 12–20)”, “#L12”. */
function lineAfter(text: string): number | undefined {
  const line = /^[`*"”]*(?:[,\s(]*\blines?\s+|:|#L)(\d{1,7})\b/i.exec(text)?.[1];
  return line === undefined ? undefined : Number(line);
}

/** The shortest passage that holds the line; the first of the document where none does. */
function holding(passages: Passage[], at: number | undefined): Passage {
  const holds = ({ line, text }: Passage) => at !== undefined && line !== undefined && at >= line && at < line + text.split("\n").length;
  return passages.filter(holds).sort((a, b) => a.text.length - b.text.length)[0] ?? passages[0]!;
}

/** Whatever in a call's result names a document and holds text of it. */
function passagesOf({ phase, result }: ToolCall): Passage[] {
  if (phase !== "completed" || result === undefined || isBodyRef(result)) return [];
  try {
    return collect(JSON.parse(result), 0);
  } catch {
    return [];
  }
}

function collect(value: unknown, depth: number): Passage[] {
  if (typeof value !== "object" || value === null || depth > 4) return [];
  if (Array.isArray(value)) return value.flatMap((v) => collect(v, depth + 1));
  const { path, line, startLine, text } = value as Record<string, unknown>;
  if (typeof path === "string" && path !== "" && typeof text === "string") {
    const first = typeof line === "number" ? line : startLine;
    return [{ path, text, ...(typeof first === "number" ? { line: first } : {}) }];
  }
  return Object.values(value).flatMap((v) => collect(v, depth + 1));
}
