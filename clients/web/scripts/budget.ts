import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin } from "vite";

/** What a browser fetches before one can type may be so many bytes, compressed. */
export const FirstLoad = 150 * 1024;

export interface File {
  name: string;
  source: string | Uint8Array;
  /** The page needs it before one can type. */
  first: boolean;
}

/** A line for each file, the heaviest first, and whether the first load fits. */
export function weigh(files: File[], limit = FirstLoad): { lines: string[]; first: number; fits: boolean } {
  const weighed = files
    .map(({ name, source, first }) => ({ name, first, raw: Buffer.byteLength(source as string), bytes: compressed(name, source, first) }))
    .sort((a, b) => Number(b.first) - Number(a.first) || b.bytes - a.bytes);
  const first = weighed.filter((f) => f.first).reduce((sum, f) => sum + f.bytes, 0);
  const lines = weighed.map((f) => `${f.first ? "first" : "later"}  ${kb(f.raw)}  ${kb(f.bytes)}  ${f.name}`);
  return { lines: ["         raw      Brotli", ...lines, `The first load is ${kb(first).trim()} of ${kb(limit).trim()}.`], first, fits: first <= limit };
}

const kb = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`.padStart(10);

// Fonts are compressed already. What comes later is only estimated: the best compression of megabytes takes long.
function compressed(name: string, source: string | Uint8Array, first: boolean): number {
  if (!/\.(js|css|html|svg)$/.test(name)) return Buffer.byteLength(source as string);
  return brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_QUALITY]: first ? 11 : 6 } }).length;
}

/** Prints what the build weighs, and fails it when the first load is too heavy. */
export function budget(): Plugin {
  return {
    name: "budget",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const html = bundle["index.html"];
        const page = html?.type === "asset" ? String(html.source) : "";
        const files = Object.values(bundle).map((file) => ({
          name: file.fileName,
          source: file.type === "chunk" ? file.code : file.source,
          first: file.fileName === "index.html" || page.includes(`/${file.fileName}"`),
        }));
        const { lines, fits } = weigh(files);
        console.log(lines.join("\n"));
        if (!fits) this.error(`The first load is heavier than ${kb(FirstLoad).trim()}: load later what is not needed to type.`);
      },
    },
  };
}
