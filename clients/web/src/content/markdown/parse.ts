import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import type { RootContent } from "mdast";
import { math, mathFromMarkdown } from "./math.ts";

/** A longer text is shown as it is: nobody reads it as a document. */
const Longest = 100_000;

const tree = [
  // What remains are tokens; the transforms walk the whole tree again, by recursion.
  ...gfmFromMarkdown().map(({ transforms, ...rest }) => rest),
  mathFromMarkdown,
];
// HTML is text. As HTML it would swallow what follows it, and be searched for its end again and again.
const syntax = [gfm({ singleTilde: false }), { disable: { null: ["htmlFlow", "htmlText"] } }];

/** The blocks of a text. `labels` are defined elsewhere: what refers to them is a reference here too. */
export function parse(source: string, labels: readonly string[] = []): { nodes: RootContent[]; source: string } {
  if (source.length > Longest) return { nodes: [plain(source)], source };
  // A paragraph ends the last footnote, which would take in what is indented.
  const before = labels.length > 0 ? `${labels.map((label) => `[${label}]: x\n\n`).join("")}x\n\n` : "";
  const whole = before + source;
  try {
    const root = fromMarkdown(whole, { extensions: [...syntax, math(whole)], mdastExtensions: tree });
    return { nodes: root.children.filter((n) => n.position!.start.offset! >= before.length), source: whole };
  } catch {
    return { nodes: [plain(source)], source };
  }
}

const plain = (source: string): RootContent => ({ type: "html", value: source });
