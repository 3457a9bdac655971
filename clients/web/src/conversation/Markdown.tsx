import { memo, type ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

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

const components: Components = {
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  // Never loaded: fetching it would tell its host that somebody reads, and what.
  img: ({ src, alt }) => (typeof src === "string" ? <Link href={src}>{`Image: ${alt || src}`}</Link> : <span>{alt}</span>),
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
  table: ({ children }) => <div className="table" tabIndex={0} role="region" aria-label="Table"><table>{children}</table></div>,
  // A model's headings do not belong to the outline of this page.
  h1: ({ children }) => <p className="heading">{children}</p>,
  h2: ({ children }) => <p className="heading">{children}</p>,
  h3: ({ children }) => <p className="heading">{children}</p>,
  h4: ({ children }) => <p className="heading">{children}</p>,
  h5: ({ children }) => <p className="heading">{children}</p>,
  h6: ({ children }) => <p className="heading">{children}</p>,
  input: ({ checked }) => <span aria-label={checked ? "done" : "open"}>{checked ? "☑" : "☐"}</span>,
};

const plugins = [remarkGfm];

/** What a model wrote: data, whatever it claims to be. HTML in it is shown as text. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return (
    <div className="markdown">
      <ReactMarkdown remarkPlugins={plugins} components={components} urlTransform={(url) => url}>
        {text}
      </ReactMarkdown>
    </div>
  );
});
