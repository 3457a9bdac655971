export type Row = Record<string, string | number | boolean | null>;

/** How a value is best shown. */
export type Shape =
  | { kind: "text"; text: string }
  | { kind: "table"; columns: string[]; rows: Row[] }
  | { kind: "tree"; value: object };

const MostColumns = 12;

/** A value by its type. A text that holds JSON is what it holds. */
export function shapeOf(value: unknown): Shape {
  const held = typeof value === "string" ? heldIn(value) : value;
  if (typeof held === "string") return { kind: "text", text: held };
  if (typeof held !== "object" || held === null) return { kind: "text", text: JSON.stringify(held) ?? "" };
  const columns = Array.isArray(held) && held.length > 1 ? columnsOf(held) : undefined;
  return columns ? { kind: "table", columns, rows: held as Row[] } : { kind: "tree", value: held };
}

function heldIn(text: string): unknown {
  const first = /\S/.exec(text)?.[0];
  if (first !== "{" && first !== "[") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The columns of a list of flat objects; nothing for any other list. */
function columnsOf(list: unknown[]): string[] | undefined {
  const columns = new Set<string>();
  for (const item of list) {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return undefined;
    for (const [name, cell] of Object.entries(item)) {
      if (typeof cell === "object" && cell !== null) return undefined;
      columns.add(name);
      if (columns.size > MostColumns) return undefined;
    }
  }
  return columns.size > 0 ? [...columns] : undefined;
}

/** As people read and copy it: a text as it is, everything else as indented JSON. */
export function textOf(value: unknown): string {
  const held = typeof value === "string" ? heldIn(value) : value;
  if (typeof held === "string") return held;
  try {
    return JSON.stringify(held, null, 2) ?? "";
  } catch {
    return String(value);
  }
}

/** Whether a value has no more parts than one sees at a glance. */
export function isSmall(value: unknown, most = 40): boolean {
  let count = 0;
  const left = [value];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if (typeof part === "string" && part.length > 400) return false;
    if (typeof part !== "object" || part === null) continue;
    const parts = Object.values(part);
    if ((count += parts.length) > most) return false;
    left.push(...parts);
  }
  return true;
}
