/** A text too long to travel with its event: its beginning, and the name under which the rest is kept. */
export interface BodyRef {
  ref: string;
  bytes: number;
  preview: string;
}

/** Text of any length. */
export type Text = string | BodyRef;

export const isBodyRef = (text: Text | null | undefined): text is BodyRef => typeof text === "object" && text !== null;

/** The text, or the beginning of one that is kept elsewhere. */
export const previewOf = (text: Text | null | undefined): string => (isBodyRef(text) ? text.preview : (text ?? ""));

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;

/** The text up to the last whole character: what may be shown while the rest is on its way. */
export const wholeCharacters = (text: string): string =>
  text.length > 0 && isHigh(text.charCodeAt(text.length - 1)) ? text.slice(0, -1) : text;
