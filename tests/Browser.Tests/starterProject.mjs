import { execFile, spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "./program.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

async function run(cwd, command, args, env = {}) {
  try {
    return await promisify(execFile)(command, args, { cwd, env: { ...process.env, ...env }, timeout: 180_000, maxBuffer: 1 << 24 });
  } catch (error) {
    throw new Error(`${command} ${args.join(" ")}: ${error.message}\n${error.stdout}\n${error.stderr}`);
  }
}

/** samples/react as somebody has it who took it from here, with the client as it would be published: the content of its packed tarball. */
export class StarterProject {
  constructor(folder) {
    this.client = join(folder, "clients/typescript");
    this.folder = join(folder, "samples/react");
  }

  async create() {
    for (const folder of [this.client, this.folder]) mkdirSync(folder, { recursive: true });
    await run(join(root, "clients/typescript"), "npm", ["pack", "--pack-destination", this.client]);
    const tarball = readdirSync(this.client).find((file) => file.endsWith(".tgz"));
    const { stdout } = await run(this.client, "tar", ["-tzf", tarball]);
    /** The files of the tarball. */
    this.packed = stdout.trim().split("\n").map((file) => file.replace(/^package\//, "")).sort();
    await run(this.client, "tar", ["-xzf", tarball, "--strip-components=1"]);
    const ours = new Set(["node_modules", "dist"]);
    cpSync(join(root, "samples/react"), this.folder, { recursive: true, filter: (file) => !ours.has(basename(file)) });
    await run(this.folder, "npm", ["ci", "--no-audit", "--no-fund"]);
  }

  manifest = () => JSON.parse(readFileSync(join(this.client, "package.json"), "utf8"));

  checkTypes = () => run(this.folder, "npm", ["run", "check"]);

  /** A build that calls `service`, and the folder that it is in. */
  async build(service, name) {
    await run(this.folder, "npx", ["vite", "build", "--outDir", name], { VITE_SERVICE: service });
    return join(this.folder, name);
  }

  /** The development server, which passes requests on to `target`. */
  async develop(target) {
    const port = await freePort();
    const server = spawn(process.execPath, ["node_modules/vite/bin/vite.js", "--host", "127.0.0.1", "--port", String(port), "--strictPort"], {
      cwd: this.folder, env: { ...process.env, PROXY_TARGET: target, NO_COLOR: "1" }, stdio: ["ignore", "pipe", "inherit"],
    });
    process.on("exit", () => server.kill("SIGKILL"));
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("Waited 60 s for Vite's development server.")), 60_000);
      server.once("exit", (code) => reject(new Error(`Vite's development server ended with ${code}.`)));
      server.stdout.on("data", (text) => {
        if (!String(text).includes(`127.0.0.1:${port}`)) return;
        clearTimeout(timer);
        resolve();
      });
    });
    return { url: `http://127.0.0.1:${port}`, close: () => server.kill("SIGKILL") };
  }
}
