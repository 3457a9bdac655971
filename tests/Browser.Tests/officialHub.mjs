import { join } from "node:path";

/** Loads the library `@microsoft/signalr` into a page, as a script of that page's origin. */
export const loadLibrary = (page, project) => page.addScriptTag({ path: join(project.folder, "node_modules/@microsoft/signalr/dist/browser/signalr.js") });

/** Asks a question over the hub by that library alone, and returns the types of the events that answer it. */
export const askOverHub = (page, service, key) =>
  page.evaluate(async ([service, key]) => {
    const { HubConnectionBuilder, LogLevel } = window.signalR;
    const ticket = async () => {
      const answer = await fetch(`${service}/v1/hub-ticket`, { method: "POST", headers: { Authorization: `Bearer ${key}` } });
      return (await answer.json()).ticket;
    };
    const hub = new HubConnectionBuilder()
      .withUrl(`${service}/hubs/runs`, { withCredentials: false, ...(key ? { accessTokenFactory: ticket } : {}) })
      .configureLogging(LogLevel.Error)
      .build();
    await hub.start();
    const { runId, problem } = await hub.invoke("Post", `thr_${crypto.randomUUID()}`, { input: "Hello" }, crypto.randomUUID());
    if (problem) throw new Error(problem.message);
    const types = [];
    await new Promise((resolve, reject) =>
      hub.stream("Watch", runId, null).subscribe({ next: (item) => types.push(item.event?.type ?? item.problem.code), complete: resolve, error: reject }));
    await hub.stop();
    return types;
  }, [service, key]);
