import type { ReactNode } from "react";

const Allowed = new Set(["http:", "https:", "mailto:"]);

/** The address itself when a person may follow it, else nothing. */
export function safeUrl(url: string | undefined): string | undefined {
  if (!url) return undefined;
  try {
    return Allowed.has(new URL(url).protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

/** A link is followed by a click alone; one that goes nowhere safe is only its text. */
export function Link({ href, children }: { href?: string; children?: ReactNode }) {
  const url = safeUrl(href);
  return url ? <a href={url} target="_blank" rel="noopener noreferrer" title={url}>{children}</a> : <span>{children}</span>;
}
