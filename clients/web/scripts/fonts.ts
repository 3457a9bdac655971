import type { Plugin } from "vite";

/** Every browser that runs the page reads WOFF2: the older forms of KaTeX's fonts are not built in. */
export const woff2Only = (): Plugin => ({
  name: "woff2-only",
  enforce: "pre",
  transform: (code, id) => (id.includes("katex") && id.endsWith(".css") ? code.replace(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\("[^"]*"\)/g, "") : undefined),
});
