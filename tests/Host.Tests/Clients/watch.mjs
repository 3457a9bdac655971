// Watches a run as the usual clients of JavaScript do, and prints what it is told, an event a line.
// node watch.mjs signalr|eventsource http://127.0.0.1:5080 run_…
import { HubConnectionBuilder, LogLevel } from "@microsoft/signalr";
import { EventSource } from "eventsource";

const [way, service, run] = process.argv.slice(2);
const tell = (cursor, event) => console.log(JSON.stringify({ cursor, event }));

if (way === "signalr") {
  const hub = new HubConnectionBuilder().withUrl(`${service}/hubs/runs`).configureLogging(LogLevel.None).build();
  await hub.start();
  hub.stream("Watch", run, null).subscribe({
    next: (item) => tell(item.cursor, item.event ?? item),
    complete: () => hub.stop(),
    error: (error) => {
      throw error;
    },
  });
} else {
  const source = new EventSource(`${service}/v1/runs/${run}/events?names=false`);
  source.onmessage = (message) => tell(message.lastEventId, JSON.parse(message.data));
  // At the end of the run it comes back by itself, once, and is told that nothing follows: it closes, and the program ends.
}
