import { memo, useId, useMemo, useRef } from "react";
import type { MarkdownProps } from "../Markdown.tsx";
import { advance, blocksOf, nothing, type Block } from "./blocks.ts";
import { draw } from "./draw.tsx";
import { Footnotes } from "./Footnotes.tsx";
import { noReferences, referencesOf, type References } from "./references.ts";

/** A text block by block. Each is drawn once, however much text follows it. */
export function Document({ text, complete = true }: MarkdownProps) {
  const id = useId();
  const parsed = useRef(nothing);
  // Its result follows from the text alone, so that drawing twice does no harm.
  parsed.current = advance(parsed.current, text);
  const { open } = parsed.current;
  const blocks = useMemo(() => blocksOf(parsed.current), [parsed.current]);
  const last = useRef<References>(noReferences);
  last.current = referencesOf(blocks, id, last.current);
  const references = last.current;
  return (
    <>
      {blocks.map((block, i) => (
        <One key={i} block={block} open={open && !complete && i === blocks.length - 1} references={block.facts.refers ? references : noReferences} />
      ))}
      {references.notes.size > 0 && <Footnotes references={references} />}
    </>
  );
}

interface Props {
  block: Block;
  open: boolean;
  references: References;
}

const One = memo(function One({ block: { node, source }, open, references }: Props) {
  return draw(node, { source, references, open }, 0);
}, (a, b) => a.block.node === b.block.node && a.open === b.open && a.references === b.references);
