import { spawn } from "node:child_process";
import { cpSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A port that is free at the moment. The page keeps its address over a restart, so it is chosen once. */
export const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const alive = new Set();
process.on("exit", () => alive.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

function built() {
  const folder = ["Release", "Debug"].map((c) => `${root}src/Standalone/bin/${c}/net10.0`)
    .find((f) => existsSync(`${f}/Standalone.dll`) && (!process.env.CONFIGURATION || f.includes(`/${process.env.CONFIGURATION}/`)));
  if (!folder) throw new Error("Build src/Standalone first: dotnet build src/Standalone");
  return folder;
}

/** The built program as a process of its own, which can be killed like one. */
export class Program {
  constructor(data, port, settings = {}) {
    this.url = `http://127.0.0.1:${port}`;
    this.data = data;
    /** What it has written so far. */
    this.output = "";
    this.env = { ...process.env, ASPNETCORE_URLS: this.url, Storage__ConnectionString: `${data}/agents.db`, ...settings };
    for (const name of Object.keys(this.env)) if (name === "OPENAI_API_KEY") delete this.env[name];
  }

  /** Settings beside the program, as an operator changes them: of a copy of its own, which takes them up while it runs. */
  settle(settings) {
    const copy = `${this.data}/program`;
    if (!this.folder) cpSync(built(), copy, { recursive: true });
    this.folder = copy;
    this.standard ??= JSON.parse(readFileSync(`${copy}/appsettings.json`, "utf8"));
    writeFileSync(`${copy}/appsettings.new`, JSON.stringify({ ...this.standard, ...settings }));
    renameSync(`${copy}/appsettings.new`, `${copy}/appsettings.json`);
  }

  async start() {
    const dll = `${this.folder ?? built()}/Standalone.dll`;
    this.process = spawn(process.env.DOTNET_HOST_PATH ?? "dotnet", [dll], { cwd: root, env: this.env, stdio: ["ignore", "pipe", "inherit"] });
    alive.add(this.process);
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("Waited 60 s for the program to say that it is ready.")), 60_000);
      this.process.once("exit", (code) => reject(new Error(`The program ended with ${code} before it was ready.`)));
      this.process.stdout.on("data", (text) => {
        this.output += text;
        if (!String(text).includes("OrleansAgents is ready at")) return;
        clearTimeout(timer);
        this.process.removeAllListeners("exit");
        resolve();
      });
    });
  }

  async kill() {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGKILL");
    await gone;
    alive.delete(this.process);
  }
}
