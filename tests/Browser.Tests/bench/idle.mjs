// What a page that nobody uses sends, receives and keeps: node bench/idle.mjs [minutes]
import { mkdirSync } from "node:fs";
import { Canary, folder, launch, ui } from "../browser.mjs";
import { ModelServer } from "../modelServer.mjs";
import { freePort, Program } from "../program.mjs";

const minutes = Number(process.argv[2] ?? 10);

const data = `${folder}/idle`;
mkdirSync(data);
const model = new ModelServer();
await model.listen();
const program = new Program(data, await freePort(), { Models__default__Provider: "openai", Models__default__Endpoint: model.url, Models__default__Model: "scripted" });
await program.start();
const canary = new Canary();
await canary.listen();
const browser = await launch(canary);
const page = await browser.newPage({ viewport: { width: 1380, height: 860 } });
const session = await page.context().newCDPSession(page);
for (const domain of ["Network", "HeapProfiler", "Performance"]) await session.send(`${domain}.enable`);

let [sent, received] = [0, 0];
// The text of a frame, and of a request its address and its own headers: what is below them is not told.
session.on("Network.webSocketFrameSent", ({ response }) => { sent += response.payloadData.length; });
session.on("Network.webSocketFrameReceived", ({ response }) => { received += response.payloadData.length; });
session.on("Network.requestWillBeSent", ({ request }) => { sent += request.url.length + JSON.stringify(request.headers).length + (request.postData?.length ?? 0); });
session.on("Network.loadingFinished", ({ encodedDataLength }) => { received += encodedDataLength; });

await page.goto(program.url);
for (const asked of ["First", "Second"]) {
  await page.goto(`${program.url}/#/`);
  model.answers = [{ text: `${asked} answer, with \`code\`.\n\n| a | b |\n|---|---|\n| 1 | 2 |` }];
  await ui(page).ask(`${asked} question`);
  await ui(page).standing("Answered");
}

async function measured() {
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const of = (name) => metrics.find((m) => m.name === name).value;
  return { heap: of("JSHeapUsedSize"), nodes: of("Nodes"), listeners: of("JSEventListeners"), processor: of("ThreadTime") };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
await pause(5000);
let last = await measured();
const row = (...cells) => console.log(cells.map((cell) => String(cell).padStart(16)).join(""));
row("minute", "sent B/s", "received B/s", "heap KB", "nodes", "listeners", "processor ms/s");
for (let minute = 1; minute <= minutes; minute++) {
  [sent, received] = [0, 0];
  await pause(60_000);
  const [out, into] = [sent, received];
  const now = await measured();
  row(minute, (out / 60).toFixed(1), (into / 60).toFixed(1), (now.heap / 1024).toFixed(0), now.nodes, now.listeners, ((1000 * (now.processor - last.processor)) / 60).toFixed(2));
  last = now;
}

await browser.close();
canary.server.close();
await program.kill();
model.close();
process.exit(0);
