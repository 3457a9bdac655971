import type { Code, CompileContext, Extension as FromMarkdown } from "./types.ts";
import type { Construct, Effects, Extension, State } from "micromark-util-types";

/** A longer formula is a text. Also bounds how far an opening delimiter is looked after. */
const Longest = 4000;
const Dollar = 36;
const Backslash = 92;

/**
 * Math as models write it: `$$…$$` and `\[…\]` as blocks or in a line, `\(…\)` and `$…$` in a line.
 * A block ends before a blank line, so that what follows a blank line is never math because of what came before it.
 */
export function math(source: string): Extension {
  const near = finder(source);
  const flow = block(source, near);
  return { flow: { [Dollar]: flow, [Backslash]: flow }, text: { [Dollar]: dollars, [Backslash]: brackets(near) } };
}

type Near = ReturnType<typeof finder>;

/** Whether a delimiter stands near enough. Each is looked for once, so that a thousand openings without an end take no longer than one. */
function finder(source: string) {
  const last = new Map<string, { from: number; at: number }>();
  return (delimiter: string, from: number): boolean => {
    let found = last.get(delimiter);
    if (!found || from < found.from || from > found.at) {
      const at = source.indexOf(delimiter, from);
      last.set(delimiter, (found = { from, at: at < 0 ? Infinity : at }));
    }
    return found.at - from <= Longest;
  };
}

/** Where the delimiter that closes the math at `from` stands; nothing unless it is the last of its line. */
export function closingOf(source: string, from: number): number | undefined {
  const open = source.slice(from, from + 2);
  if (open !== "$$" && open !== "\\[") return undefined;
  const close = open === "$$" ? "$$" : "\\]";
  for (let at = from + 2, end = Math.min(source.length, at + Longest); at < end; at++) {
    if (source.startsWith(close, at)) return at > from + 2 && /^[ \t]*(?:\n|$)/.test(source.slice(at + 2, at + 200)) ? at : undefined;
    if (source[at] === "\\") at++;
    else if (source[at] === "\n" && /^[ \t]*(?:\n|$)/.test(source.slice(at + 1, at + 200))) return undefined;
  }
  return undefined;
}

const isEnd = (code: Code) => code !== null && code < -2;

/** Characters stand in tokens that no line ending belongs to, and that are never empty. */
function writer(effects: Effects) {
  let within = false;
  const close = () => {
    if (within) effects.exit("mathData");
    within = false;
  };
  return {
    close,
    take(code: Code) {
      if (!within) effects.enter("mathData");
      within = true;
      effects.consume(code);
    },
    breakLine(code: Code) {
      close();
      effects.enter("lineEnding");
      effects.consume(code);
      effects.exit("lineEnding");
    },
  };
}

const block = (source: string, near: Near): Construct => ({
  name: "mathFlow",
  concrete: true,
  tokenize(effects, ok, nok) {
    const { take, close, breakLine } = writer(effects);
    let end = 0;
    const notLazy: Construct = {
      partial: true,
      tokenize: (effects, ok, nok) => (code) => {
        writer(effects).breakLine(code);
        return (code) => (this.parser.lazy[this.now().line] ? nok(code) : ok(code));
      },
    };
    const line: State = (code) => {
      if (code === null) return after(code);
      if (isEnd(code)) {
        close();
        return this.now().offset > end ? after(code) : effects.check(notLazy, next, after)(code);
      }
      take(code);
      return line;
    };
    const next: State = (code) => {
      breakLine(code);
      return line;
    };
    const after: State = (code) => {
      close();
      effects.exit("mathFlow");
      return ok(code);
    };
    return (code) => {
      const at = this.now().offset;
      const found = near(code === Dollar ? "$$" : "\\]", at + 2) ? closingOf(source, at) : undefined;
      if (found === undefined) return nok(code);
      end = found;
      effects.enter("mathFlow");
      take(code);
      return (code) => {
        take(code);
        return this.interrupt ? ok : line;
      };
    };
  },
});

const isWord = (code: Code) => code !== null && code > 0 && /[\p{L}\p{N}]/u.test(String.fromCharCode(code));
const isSpace = (code: Code) => code === null || code < 0 || code === 32;

/** Prices and the names of variables have dollars too: "$5 and $10", "$HOME/$USER", "5$ to 10$" stay text. */
export const isProse = (text: string) =>
  !/[\\^_={}]/.test(text) && (/^[\d.,]+\s*[\p{L}-]{2,}/u.test(text) || /\p{L}{2,}[\s,.]+\p{L}{2,}/u.test(text));

const dollars: Construct = {
  name: "mathText",
  tokenize(effects, ok, nok) {
    const { take, close, breakLine } = writer(effects);
    let [size, length, text, last] = [0, 0, "", null as Code];
    const open: State = (code) => {
      if (code === Dollar) {
        take(code);
        return ++size > 2 ? nok : open;
      }
      return size === 1 && isSpace(code) ? nok(code) : inside(code);
    };
    const inside: State = (code) => {
      if (code === null || ++length > Longest || (isEnd(code) && size === 1)) return nok(code);
      if (isEnd(code)) {
        breakLine(code);
        return inside;
      }
      take(code);
      if (code === Dollar) return size === 2 ? second : isSpace(last) ? nok : after;
      text += code > 0 ? String.fromCharCode(code) : " ";
      last = code;
      return code === Backslash ? escaped : inside;
    };
    const escaped: State = (code) => {
      if (code === null || isEnd(code)) return inside(code);
      take(code);
      last = code;
      return inside;
    };
    const second: State = (code) => {
      if (code !== Dollar) return inside(code);
      take(code);
      return after;
    };
    const after: State = (code) => {
      if (size === 1 && (isWord(code) || code === Dollar || isProse(text))) return nok(code);
      close();
      effects.exit("mathText");
      return ok(code);
    };
    return (code) => {
      if (isWord(this.previous) || this.previous === Dollar) return nok(code);
      effects.enter("mathText");
      return open(code);
    };
  },
};

const brackets = (near: Near): Construct => ({
  name: "mathText",
  tokenize(effects, ok, nok) {
    const { take, close, breakLine } = writer(effects);
    let [length, closing] = [0, 0];
    const inside: State = (code) => {
      if (code === null || ++length > Longest) return nok(code);
      if (isEnd(code)) {
        breakLine(code);
        return inside;
      }
      take(code);
      return code === Backslash ? escaped : inside;
    };
    const escaped: State = (code) => {
      if (code === null || isEnd(code)) return inside(code);
      take(code);
      if (code !== closing || length === 1) return inside;
      close();
      effects.exit("mathText");
      return ok;
    };
    return (code) => {
      effects.enter("mathText");
      take(code);
      return (code) => {
        if (code !== 40 && code !== 91) return nok(code);
        closing = code === 40 ? 41 : 93;
        if (!near(code === 40 ? "\\)" : "\\]", this.now().offset)) return nok(code);
        take(code);
        return inside;
      };
    };
  },
});

/** The tree of it: `math` as a block, `inlineMath` in a line; `display` where it shall stand on a line of its own. */
export const mathFromMarkdown: FromMarkdown = {
  enter: {
    mathFlow(token) { this.enter({ type: "math", value: "" }, token); },
    mathText(token) { this.enter({ type: "inlineMath", value: "", display: false }, token); },
  },
  exit: {
    mathFlow(token) { finish(this, this.sliceSerialize(token).trimEnd()); this.exit(token); },
    mathText(token) { finish(this, this.sliceSerialize(token)); this.exit(token); },
  },
};

function finish(context: CompileContext, whole: string) {
  const node = context.stack.at(-1)!;
  const size = /^(\$\$|\\)/.test(whole) ? 2 : 1;
  if (node.type === "inlineMath") node.display = size === 2 && !whole.startsWith("\\(");
  if (node.type !== "math" && node.type !== "inlineMath") return;
  const closed = whole.length >= 2 * size && (whole.endsWith("$") || /\\[\])]$/.test(whole));
  node.value = whole.slice(size, closed ? -size : undefined).trim();
}
