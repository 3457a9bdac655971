import type { Code, RootContent } from "mdast";
import { factsOf, within, type Facts } from "./facts.ts";
import { parse } from "./parse.ts";
import { tame } from "./tame.ts";

/** A block of a document. The same object as long as nothing about it changes. */
export interface Block {
  node: RootContent;
  /** What the offsets of the node count in. */
  source: string;
  facts: Facts;
}

/** Blocks that were parsed at once; what comes later can only change their references. */
interface Piece {
  source: string;
  blocks: Block[];
  /** The labels that it was parsed with, of those that occur in it. */
  labels: string;
}

export interface Parsed {
  text: string;
  /** How much of the text is finished: no later text can change its blocks. */
  done: number;
  pieces: Piece[];
  tail: Piece;
  /** The last block is code whose fence is not closed. */
  open: boolean;
  defined: string[];
}

const none: Piece = { source: "", blocks: [], labels: "" };
export const nothing: Parsed = { text: "", done: 0, pieces: [], tail: none, open: false, defined: [] };

export const blocksOf = ({ pieces, tail }: Parsed): Block[] => [...pieces, tail].flatMap((p) => p.blocks);

/** A text that usually is the last one and some more. The result is that of the whole text; the work is that of what is not finished. */
export function advance(last: Parsed, raw: string): Parsed {
  const text = tame(/[\r\uFEFF\0]/.test(raw) ? raw.replace(/\r\n?/g, "\n").replaceAll("\uFEFF", "").replaceAll("\0", "\uFFFD") : raw);
  if (text === last.text) return last;
  const from = text.startsWith(last.text.slice(0, last.done)) ? last : nothing;
  const longer = from.open && text.startsWith(from.text) ? moreCode(from, text) : undefined;
  if (longer) return longer;
  const { cut, piece, tail } = split(read(text.slice(from.done), from.defined));
  return refer({ ...from, text, done: from.done + cut, pieces: piece ? [...from.pieces, piece] : from.pieces, tail, open: openFence(tail) !== undefined });
}

function read(source: string, defined: readonly string[]): Piece {
  const known = within(source, defined);
  const { nodes, source: whole } = parse(source, known);
  const blocks = nodes.map((node) => ({ node, source: whole, facts: factsOf(node) }));
  return { source, blocks, labels: joined([...known, ...blocks.flatMap((b) => b.facts.defines)]) };
}

const joined = (labels: string[]) => [...new Set(labels)].sort().join("\n");

/** Where a text can be parsed in two: before the last block whose beginning is certain. */
function split(rest: Piece): { cut: number; piece?: Piece; tail: Piece } {
  const { blocks, source } = rest;
  const labels = rest.labels ? rest.labels.split("\n") : [];
  const shift = (blocks[0]?.source.length ?? 0) - source.length;
  for (let i = blocks.length - 1; i > 0; i--) {
    const at = blocks[i]!.node.position?.start.offset;
    if (at === undefined) break;
    const cut = source.lastIndexOf("\n", at - shift - 1) + 1;
    // The parser lets a heading by underline begin at a definition above it.
    if (cut < blocks[i - 1]!.node.position!.end.offset! - shift) continue;
    if (!source.includes("\n", cut) || !isSafe(blocks[i - 1]!, blocks[i]!, source, cut)) continue;
    const part = (source: string, blocks: Block[]): Piece => ({ source, blocks, labels: joined(within(source, labels)) });
    return { cut, piece: part(source.slice(0, cut), blocks.slice(0, i)), tail: part(source.slice(cut), blocks.slice(i)) };
  }
  return { cut: 0, tail: rest };
}

/** After a blank line, or between blocks that end or begin by themselves. A line that begins math may yet take in what is below it. */
function isSafe(before: Block, after: Block, source: string, cut: number): boolean {
  // Below indented code the parser takes some lines for a continuation.
  if (before.node.type === "code" && !isFenced(before)) return false;
  if (/\n[ \t]*\n$/.test(source.slice(Math.max(0, cut - 200), cut))) return true;
  const ends = before.node.type === "heading" || before.node.type === "thematicBreak" || isFenced(before);
  return (ends || (before.node.type === "paragraph" && isFenced(after))) && !/\$\$|\\\[/.test(source.slice(0, cut));
}

const isFenced = ({ node, source }: Block) => node.type === "code" && /[`~]/.test(source[node.position!.start.offset!]!);

/** Parses again what refers to something that is defined, or is no longer, since it was parsed. */
function refer(next: Parsed): Parsed {
  const defines = [...next.pieces, next.tail].flatMap((p) => p.blocks.flatMap((b) => b.facts.defines));
  if (defines.length === 0 && next.defined.length === 0) return next;
  const defined = [...new Set(defines)].sort().slice(0, 1000);
  const settled = (piece: Piece) => {
    const wanted = joined(within(piece.source, defined));
    return wanted === piece.labels ? piece : { ...read(piece.source, defined), labels: wanted };
  };
  return { ...next, defined, pieces: next.pieces.map(settled), tail: settled(next.tail) };
}

/** The opening line of a fence that contains the whole piece and is not closed yet. */
function openFence({ blocks, source }: Piece): { line: number; closing: RegExp } | undefined {
  const opening = /^(`{3,}|~{3,})[^\n]*\n/.exec(source);
  if (!opening || blocks.length !== 1 || blocks[0]!.node.type !== "code") return undefined;
  const closing = new RegExp(`^ {0,3}${opening[1]}${opening[1]![0]}*[ \\t]*$`, "m");
  const line = opening[0].length;
  return closing.test(source.slice(line)) ? undefined : { line, closing };
}

/** Code grows by what arrives, without being parsed. */
function moreCode(last: Parsed, text: string): Parsed | undefined {
  const { source, blocks, ...tail } = last.tail;
  const { line, closing } = openFence(last.tail)!;
  const grown = text.slice(last.done);
  if (closing.test(grown.slice(Math.max(line, source.lastIndexOf("\n") + 1)))) return undefined;
  const body = grown.slice(line);
  const node: Code = { ...(blocks[0]!.node as Code), value: body.endsWith("\n") ? body.slice(0, -1) : body };
  return { ...last, text, tail: { ...tail, source: grown, blocks: [{ ...blocks[0]!, node, source: grown }] } };
}
