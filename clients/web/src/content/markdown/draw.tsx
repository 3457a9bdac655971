import { Fragment, type Key, type ReactElement, type ReactNode } from "react";
import type { List, ListItem, Nodes, PhrasingContent } from "mdast";
import { CodeBlock } from "../code/CodeBlock.tsx";
import { Link } from "../links.tsx";
import { Formula } from "../math/Formula.tsx";
import { FootnoteCall } from "./Footnotes.tsx";
import { textOf, type References } from "./references.ts";
import { TableBox } from "./TableBox.tsx";
import "./types.ts";

export interface Drawing {
  source: string;
  references: References;
  /** Code at the end is still being written. */
  open: boolean;
}

/** What is nested deeper is shown as it was written. */
const Deepest = 40;

export function draw(node: Nodes, d: Drawing, depth: number, key?: Key): ReactElement | null {
  if (depth > Deepest) return <span key={key}>{textOf(d.source, node)}</span>;
  const inside = (nodes: Nodes[]): ReactNode => nodes.map((n, i) => draw(n, d, depth + 1, i));
  switch (node.type) {
    case "paragraph": return <p key={key} dir="auto">{inside(node.children)}</p>;
    // A model's headings do not belong to the outline of this page.
    case "heading": return <p key={key} className={`heading h${node.depth}`} dir="auto">{inside(node.children)}</p>;
    case "blockquote": return <blockquote key={key} dir="auto">{inside(node.children)}</blockquote>;
    case "thematicBreak": return <hr key={key} />;
    case "list": return <ListOf key={key} list={node}>{node.children.map((item, i) => drawItem(item, node, d, depth + 1, i))}</ListOf>;
    case "code": return <CodeBlock key={key} code={node.value} language={node.lang ?? undefined} open={d.open} />;
    case "math": return <Formula key={key} tex={node.value} display />;
    case "table": return <TableBox key={key} table={node} cell={(cell) => inside(cell.children)} />;
    case "html": return <p key={key} className="plain">{node.value}</p>;
    case "text": return <Fragment key={key}>{broken(node.value)}</Fragment>;
    case "emphasis": return <em key={key}>{inside(node.children)}</em>;
    case "strong": return <strong key={key}>{inside(node.children)}</strong>;
    case "delete": return <del key={key}>{inside(node.children)}</del>;
    case "inlineCode": return <code key={key}>{node.value}</code>;
    case "inlineMath": return <Formula key={key} tex={node.value} display={node.display} />;
    case "break": return <br key={key} />;
    case "link": return <Link key={key} href={node.url}>{inside(node.children)}</Link>;
    // Never loaded: fetching it would tell its host that somebody reads, and what.
    case "image": return <Link key={key} href={node.url}>{`Image: ${node.alt || node.url}`}</Link>;
    case "linkReference":
    case "imageReference": {
      const url = d.references.links.get(node.identifier)?.url;
      if (url === undefined) return <Fragment key={key}>{textOf(d.source, node)}</Fragment>;
      return <Link key={key} href={url}>{node.type === "linkReference" ? inside(node.children) : `Image: ${node.alt || url}`}</Link>;
    }
    case "footnoteReference": {
      const number = d.references.notes.get(node.identifier)?.number;
      return number === undefined ? <Fragment key={key}>{textOf(d.source, node)}</Fragment> : <FootnoteCall key={key} id={d.references.id} number={number} />;
    }
    default: return null;
  }
}

function ListOf({ list, children }: { list: List; children: ReactNode }) {
  const tasks = list.children.some((item) => typeof item.checked === "boolean") ? "tasks" : undefined;
  return list.ordered
    ? <ol className={tasks} start={list.start ?? 1} dir="auto">{children}</ol>
    : <ul className={tasks} dir="auto">{children}</ul>;
}

/** In a list without blank lines a paragraph is only its text. */
function drawItem(item: ListItem, list: List, d: Drawing, depth: number, key: Key) {
  const loose = list.spread || list.children.some((i) => i.spread);
  const task = typeof item.checked === "boolean";
  return (
    <li key={key} className={task ? "task" : undefined}>
      {task && <span role="img" className="check" aria-label={item.checked ? "Done" : "Open"}>{item.checked ? "☑" : "☐"}</span>}
      {item.children.map((child, i) => child.type === "paragraph" && !loose && depth < Deepest
        ? <Fragment key={i}>{child.children.map((c: PhrasingContent, j) => draw(c, d, depth + 2, j))}{i < item.children.length - 1 && " "}</Fragment>
        : draw(child, d, depth + 1, i))}
    </li>
  );
}

/** HTML is text; only a line break, which tables cannot have otherwise, is one. */
function broken(text: string): ReactNode {
  return text.includes("<") ? text.split(/<br\s*\/?>/i).map((part, i) => <Fragment key={i}>{i > 0 && <br />}{part}</Fragment>) : text;
}
