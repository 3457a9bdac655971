// What a streamed answer costs the page's main thread: node bench/stream.mjs <folder of one build> <folder of another> [rounds]
import { mkdirSync } from "node:fs";
import { Canary, folder, launch, ui } from "../browser.mjs";
import { ModelServer } from "../modelServer.mjs";
import { freePort, Program } from "../program.mjs";
import { PageServer } from "./pageServer.mjs";

const [first, second, rounds = "3"] = process.argv.slice(2);
if (!second) throw new Error("Give the folders of two builds of the page.");

const code = (n) => `\`\`\`csharp\n${Array.from({ length: 14 }, (_, i) => `    var value${n}_${i} = await journal.ReadAsync("run-${n}-${i}", limit: ${i}, stop);`).join("\n")}\n\`\`\``;
const table = (n) => `| Step | Attempts | Duration | What it did |\n|---|--:|--:|---|\n${Array.from({ length: 9 }, (_, i) => `| step ${n}.${i} | ${i} | ${i * 17} ms | read \`file${i}.md\` and **kept** it |`).join("\n")}`;
const part = (n) => `## Part ${n}\n\nThe run waits in the *queue* until a **slot** is free; see [the documents](https://example.com/${n}) and \`RunGrain.cs\`. ${"Words that say what happens next. ".repeat(8)}\n\n- one\n- two with \`code\`\n- three\n\n${code(n)}\n\n${table(n)}`;
const text = `${Array.from({ length: 5 }, (_, n) => part(n)).join("\n\n")}\n\nThat was all.`;

const data = `${folder}/stream`;
mkdirSync(data);
const model = new ModelServer();
await model.listen();
const program = new Program(data, await freePort(), { Models__default__Provider: "openai", Models__default__Endpoint: model.url, Models__default__Model: "scripted" });
await program.start();
const canary = new Canary();
await canary.listen();
const browser = await launch(canary);
const costs = new Map([first, second].map((build) => [build, []]));

async function measure(build) {
  const server = new PageServer(build, program.url);
  await server.listen();
  const context = await browser.newContext({ viewport: { width: 1380, height: 860 } });
  const page = await context.newPage();
  await page.goto(server.url);
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable");
  const metrics = async () => Object.fromEntries((await session.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]));
  model.answers = [{ text, pace: 15 }];
  await page.getByRole("textbox", { name: /^Message/ }).waitFor();
  const before = await metrics();
  await ui(page).ask("Tell me everything.");
  // Asked seldom and without a layout: what asks is not what is measured.
  await page.waitForFunction(() => document.querySelector(".messages")?.textContent.includes("That was all."), undefined, { polling: 500, timeout: 180_000 });
  const after = await metrics();
  const of = (name) => after[name] - before[name];
  costs.get(build).push({ processor: of("ThreadTime"), task: of("TaskDuration"), script: of("ScriptDuration"), layout: of("LayoutDuration") + of("RecalcStyleDuration") });
  await context.close();
  server.close();
}

for (let round = 0; round < Number(rounds); round++) for (const build of [first, second]) await measure(build);
const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
console.log(`An answer of ${text.length} characters, median of ${rounds}, in seconds of the main thread. Its processor time is what other load does not change.`);
const shown = [first, second].map((build) => Object.fromEntries(["processor", "task", "script", "layout"].map((name) => [name, median(costs.get(build).map((c) => c[name]))])));
for (const [i, cost] of shown.entries()) console.log(`  ${Object.entries(cost).map(([name, value]) => `${name} ${value.toFixed(2)}`).join(", ")}  ${[first, second][i]}`);
for (const name of ["processor", "task", "script"]) console.log(`  The second costs ${((100 * shown[1][name]) / shown[0][name]).toFixed(0)} % of the first (${name}).`);
await browser.close();
canary.server.close();
await program.kill();
model.close();
process.exit(0);
