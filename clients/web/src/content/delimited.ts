/** A cell of tab-separated text. A spreadsheet would run what begins like a formula, so that begins with an apostrophe. */
export function cellOf(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return /^[=@+]|^-(?![\d.,]+$)/.test(line) && !/^[+-][\d.,]+$/.test(line) ? `'${line}` : line;
}
