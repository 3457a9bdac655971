import katex from "katex";
import "katex/dist/katex.min.css";

const Longest = 4000;

/** Sets a formula as elements, never by HTML: the page's policy lets no text have styles. Answers why it could not. */
export function typeset(tex: string, place: HTMLElement, displayMode: boolean): string | undefined {
  place.replaceChildren();
  if (tex.length > Longest) return "This formula is too long to be set.";
  try {
    // Links, classes and images need trust, which a model's text does not have; macros are this formula's own.
    katex.render(tex, place, { displayMode, trust: false, strict: "ignore", maxSize: 20, maxExpand: 200, macros: {}, throwOnError: true, errorColor: "currentcolor" });
    return undefined;
  } catch (error) {
    place.replaceChildren();
    return error instanceof Error ? error.message.slice(0, 300) : "This is not a formula.";
  }
}
