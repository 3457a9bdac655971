import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build, type Plugin, type Rollup } from "vite";

const frame = fileURLToPath(new URL("../src/content/diagram/frame.ts", import.meta.url));
const mermaid = createRequire(import.meta.url).resolve("@mermaid-js/tiny/dist/mermaid.tiny.js");

/**
 * The page `/diagram.html`, in which diagrams are drawn. Its frame has no origin, and a module would be asked for across origins,
 * so it is one classic script: the library and what speaks to the page.
 */
export function diagramPage(): Plugin {
  return {
    name: "diagram-page",
    async generateBundle() {
      const script = this.emitFile({ type: "asset", name: "diagram.js", source: await scriptOf() });
      this.emitFile({ type: "asset", fileName: "diagram.html", source: htmlOf(`/${this.getFileName(script)}`) });
    },
    configureServer(server) {
      server.middlewares.use("/diagram.html", (_, response) => void response.setHeader("Content-Type", "text/html").end(htmlOf("/diagram.js")));
      server.middlewares.use("/diagram.js", async (_, response) => void response.setHeader("Content-Type", "text/javascript").end(await scriptOf()));
    },
  };
}

const htmlOf = (script: string) =>
  `<!doctype html>\n<html lang="en">\n  <head>\n    <meta charset="utf-8" />\n    <title>Diagram</title>\n    <script src="${script}" defer></script>\n  </head>\n  <body></body>\n</html>\n`;

async function scriptOf(): Promise<string> {
  const [{ output }] = (await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, target: "es2023", lib: { entry: frame, formats: ["iife"], name: "diagram" } },
  })) as Rollup.RollupOutput[] as [Rollup.RollupOutput];
  return `${readFileSync(mermaid, "utf8")}\n${output[0].code}`;
}
