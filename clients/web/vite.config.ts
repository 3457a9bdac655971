import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { budget } from "./scripts/budget.ts";
import { diagramPage } from "./scripts/diagram.ts";
import { woff2Only } from "./scripts/fonts.ts";

const client = (file: string) => fileURLToPath(new URL(`../typescript/src/${file}`, import.meta.url));
const service = "http://127.0.0.1:5080";

export default defineConfig({
  plugins: [react(), diagramPage(), woff2Only(), budget()],
  resolve: {
    alias: [
      { find: "@orleans-agents/client/react", replacement: client("react.ts") },
      { find: "@orleans-agents/client", replacement: client("index.ts") },
    ],
    dedupe: ["react", "react-dom", "@microsoft/signalr"],
  },
  build: {
    outDir: "../../src/Gateway/wwwroot",
    emptyOutDir: true,
    target: "es2023",
    // The page's policy lets fonts and images come from files alone.
    assetsInlineLimit: 0,
    // Names follow from content alone, so that the same sources build the same files.
    rollupOptions: { output: { entryFileNames: "assets/[name]-[hash].js", chunkFileNames: "assets/[name]-[hash].js", assetFileNames: "assets/[name]-[hash][extname]" } },
  },
  // Not the short form `"/v1": service`: it sets changeOrigin, and the service refuses a page whose Origin is not its Host.
  server: { proxy: { "/v1": { target: service }, "/hubs": { target: service, ws: true } } },
  test: { include: ["test/**/*.test.{ts,tsx}"], environment: "happy-dom" },
});
