const LongestParagraph = 20_000;
const Deepest = 20;

const nested = new RegExp(`^(?:[ \\t]{0,4}(?:>|(?:[-+*]|\\d{1,9}[.)])(?=[ \\t]))){${Deepest}}`);
const indented = /^[ \t]{80,}(?=(?:>|[-+*]|\d{1,9}[.)])[ \t])/;
const delimiters = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*\|[ \t|:-]*$/;

/**
 * The text without what takes a parser far longer than its length: quotes and lists that are nested beyond reading, and paragraphs without an end.
 * All of its words stay, and what comes later changes none of the earlier lines.
 */
export function tame(text: string): string {
  let [paragraph, fence, table, changed] = [0, "", false, false];
  const lines = text.split("\n").map((line) => {
    const marker = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (marker && (fence === "" || marker.startsWith(fence))) fence = fence === "" ? marker : "";
    if (marker || fence || line.trim() === "") {
      [paragraph, table] = [0, false];
      return line;
    }
    if (delimiters.test(line)) table = true;
    // The cells of a table are read one by one.
    if (table) paragraph = 0;
    const shallow = line.replace(indented, "").replace(nested, "$&\\");
    if (paragraph + shallow.length > LongestParagraph || shallow !== line) changed = true;
    const parts: string[] = [];
    let from = 0;
    for (let room = LongestParagraph - paragraph; shallow.length - from > room; room = LongestParagraph) {
      parts.push(shallow.slice(from, (from += room)));
      paragraph = 0;
    }
    parts.push(shallow.slice(from));
    paragraph += shallow.length - from;
    return parts.join("\n\n");
  });
  return changed ? lines.join("\n") : text;
}
