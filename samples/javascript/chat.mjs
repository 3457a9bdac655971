// A chat in a terminal: says something in a thread and shows the answer as it comes, whatever happens to the connection.
// npm start -- "What is a run?" [thr_…] [http://127.0.0.1:5080]
import { randomUUID } from "node:crypto";
import { HubConnectionBuilder, HubConnectionState, LogLevel } from "@microsoft/signalr";

const [question = "What is a run?", thread = `thr_${randomUUID()}`, service = "http://127.0.0.1:5080"] = process.argv.slice(2);
const hub = new HubConnectionBuilder().withUrl(`${service}/hubs/runs`).configureLogging(LogLevel.None).build();
const commandId = randomUUID();
let cursor = null;
let shown = 0;

for (;;) {
  try {
    if (hub.state === HubConnectionState.Disconnected) await hub.start();

    // The same command id has one effect, however often it is sent.
    const { runId, problem } = await hub.invoke("Post", thread, { input: question }, commandId);
    if (problem) {
      console.error(problem.message);
      process.exit(1);
    }
    await new Promise((resolve, reject) => {
      hub.stream("Watch", runId, cursor).subscribe({ next: show, complete: resolve, error: reject });
    });
  } catch (error) {
    console.error(`(${error.message} Trying again.)`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

function show(item) {
  if (!item.event) return;
  cursor = item.cursor;
  const { type, data } = item.event;
  if (type === "model.started") shown = 0;
  else if (type === "model.delta") write(data.offset, data.text);
  // Whoever comes late finds no pieces, only the whole; one that is very long is kept aside, and asked for by its name.
  else if (type === "model.completed") write(0, data.content.map(({ text }) => text).filter((text) => typeof text === "string").join(""));
  else if (type === "model.failed") console.log("\n(withdrawn; another attempt follows)");
  else if (type === "tool.started") console.log(`[${data.tool} ${JSON.stringify(data.arguments)}]`);
  else if (["run.completed", "run.failed", "run.cancelled"].includes(type)) {
    console.log(`\n${type}`);
    process.exit(type === "run.completed" ? 0 : 1);
  }
}

function write(offset, text) {
  process.stdout.write(text.slice(Math.max(0, shown - offset)));
  shown = Math.max(shown, offset + text.length);
}
