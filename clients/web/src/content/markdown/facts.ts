import { normalizeIdentifier } from "micromark-util-normalize-identifier";
import type { Definition, FootnoteDefinition, Nodes, RootContent } from "mdast";

/** What other blocks need to know of a block. */
export interface Facts {
  /** The labels that it defines; those of footnotes begin with `^`. */
  defines: string[];
  links: Definition[];
  notes: FootnoteDefinition[];
  /** The footnotes that it calls, in their order. */
  calls: string[];
  refers: boolean;
}

const none: Facts = { defines: [], links: [], notes: [], calls: [], refers: false };

const fold = (text: string) => text.replace(/[\s>]+/g, " ").toLowerCase().toUpperCase();

/** Those of the labels that may occur in a source. Lines and quotes may break a label, so both are folded. */
export function within(source: string, labels: readonly string[]): string[] {
  if (labels.length === 0 || !source.includes("[")) return [];
  const folded = fold(source);
  return labels.filter((label) => folded.includes(fold(label)));
}

export function factsOf(top: RootContent): Facts {
  const found: Facts = { defines: [], links: [], notes: [], calls: [], refers: false };
  const left: Nodes[] = [top];
  for (let node = left.pop(); node; node = left.pop()) {
    switch (node.type) {
      case "definition":
        found.links.push(node);
        found.defines.push(normalizeIdentifier(node.identifier));
        break;
      case "footnoteDefinition":
        found.notes.push(node);
        found.defines.push(`^${normalizeIdentifier(node.identifier)}`);
        break;
      case "footnoteReference":
        found.calls.push(node.identifier);
        found.refers = true;
        break;
      case "linkReference":
      case "imageReference":
        found.refers = true;
    }
    if ("children" in node) for (let i = node.children.length - 1; i >= 0; i--) left.push(node.children[i]!);
  }
  return found.refers || found.defines.length > 0 ? found : none;
}
