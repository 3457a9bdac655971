// The thread side of the service, as small as its wire allows: what was emitted is replayed behind a cursor, then live.
import { createHash } from "node:crypto";
import { createServer } from "node:http";

export class FakeService {
  constructor() {
    /** @type {Map<string, {id: string, title: string, log: {cursor: string, event: any}[], seq: number, run?: any, viewers: Set<any>}>} */
    this.threads = new Map();
    /** Every request: method, path, key, body, cursor. */
    this.requests = [];
    /** Answers by key, so that a repeated command has one effect. */
    this.answers = new Map();
    /** What is done with a request instead of answering it, once each: a status, or "cut" for no answer after the effect. */
    this.faults = [];
    this.agents = [{ name: "docs", description: "Answers from the documents.", version: "sha256:00", model: "default", demo: true, tools: [], allowsInstructions: false, models: ["default"] }];
    /** What the list of runs has besides those of threads. */
    this.runs = [];
    /** What came to runs after their end: no stream has it. */
    this.late = [];
    /** Queued messages that a run has already. */
    this.taken = [];
    /** The keys that are taken; undefined where nobody is asked. */
    this.keys = undefined;
    /** Called with each new message: `(thread, input, runId)`. */
    this.onMessage = () => {};
    /** Called with each command to a run: `(runId, command, body)`. */
    this.onCommand = () => {};
    this.server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(port = 0) {
    await new Promise((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    this.port = this.server.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
    return this.url;
  }

  async close() {
    this.cut();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Ends every open stream in the middle. */
  cut() {
    for (const thread of this.threads.values()) for (const viewer of thread.viewers) viewer.destroy();
  }

  thread(id) {
    let thread = this.threads.get(id);
    if (!thread) {
      thread = { id, title: "", log: [], seq: 0, viewers: new Set(), createdAt: now(), updatedAt: now(), memories: [emptyMemory(id)] };
      this.threads.set(id, thread);
    }
    return thread;
  }

  /** A fact of the thread itself. */
  fact(id, type, data) {
    const thread = this.thread(id);
    thread.seq++;
    this.#emit(thread, { threadId: id, seq: thread.seq, at: now(), type, data }, "0");
  }

  /** An event of one of its runs: a fact with `seq`, or a delta with `after`. */
  run(id, event) {
    const { data } = event;
    const place = event.type === "model.delta" ? `${event.after}.${data.attempt}.${data.offset + data.text.length}` : String(event.seq);
    const thread = this.thread(id);
    const status = { "run.completed": "completed", "run.failed": "failed", "run.cancelled": "cancelled", "run.paused": "paused", "decision.requested": "waiting" };
    if (thread.run && event.type !== "model.delta") {
      thread.run = { ...thread.run, head: event.seq, status: status[event.type] ?? "running", reason: event.type === "decision.requested" ? "decision" : data.reason ?? null, updatedAt: now() };
    }
    this.#emit(thread, event, place);
  }

  gap(id) {
    this.#emit(this.thread(id), { type: "gap", threadId: id, data: { cursor: "?", view: {} } }, "gap");
  }

  #emit(thread, event, place) {
    const entry = { cursor: `${thread.seq}:${place}`, event };
    if (event.type !== "gap") thread.log.push(entry);
    thread.updatedAt = now();
    for (const viewer of thread.viewers) viewer.write(frame(entry));
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.url);
    const body = await text(request);
    const key = request.headers["idempotency-key"];
    const cursor = request.headers["last-event-id"];
    const token = request.headers.authorization?.replace("Bearer ", "");
    this.requests.push({ method: request.method, path: url.pathname, query: url.search, key, cursor, token, body: body ? JSON.parse(body) : undefined });
    if (this.keys && !this.keys.includes(token)) return problem(response, 401, "unauthenticated", "Send a valid key or token as Authorization: Bearer.");
    const fault = (request.method === "POST" || request.method === "PATCH") && this.faults.shift();
    if (typeof fault === "number") return problem(response, fault, "storage_unavailable", "Not now.");

    const [, , kind, id, verb, call] = url.pathname.split("/");
    const answer = this.answers.get(key) ?? this.#route(request, response, kind, id, verb, call, body && JSON.parse(body), cursor, url.searchParams);
    if (answer === undefined) return;
    if (key) this.answers.set(key, answer);
    if (fault === "cut") return request.socket.destroy();
    if (request.method !== "GET") return json(response, answer.status ?? 200, answer.body);
    const tag = `"${createHash("sha256").update(JSON.stringify(answer.body)).digest("hex").slice(0, 16)}"`;
    const same = request.headers["if-none-match"] === tag;
    this.requests.at(-1).status = same ? 304 : 200;
    response.writeHead(same ? 304 : 200, { "Content-Type": "application/json", ETag: tag }).end(same ? undefined : JSON.stringify(answer.body));
  }

  #route(request, response, kind, id, verb, call, body, cursor, query) {
    if (kind === "me") return { body: { signedIn: this.keys !== undefined, tenant: "local", user: "local", roles: ["admin"] } };
    if (kind === "agents") return { body: { items: this.agents } };
    if (kind === "threads" && !id) return { body: this.#list(query) };
    if (kind === "runs" && !id) {
      const all = [...this.runs, ...[...this.threads.values()].flatMap((t) => t.run ?? [])];
      return { body: { items: all.filter((r) => (query.get("status") ?? r.status) === r.status) } };
    }
    if (kind === "threads" && verb === "messages") {
      const created = !this.threads.has(id);
      const thread = this.thread(id);
      if (created) {
        thread.title = body.input.split("\n")[0].slice(0, 80);
        this.fact(id, "thread.created", { title: thread.title });
      }
      const runId = this.onMessage(thread, body) ?? "run_1";
      return { status: 202, body: { threadId: id, runId, receipt: { commandId: "cmd", status: "accepted", seq: thread.seq } } };
    }
    if (kind === "threads" && !this.threads.has(id)) return void problem(response, 404, "thread_not_found", "There is no such thread.");
    if (kind === "threads" && verb === "memory") return this.#memory(response, this.thread(id), call, body, query.get("version"));
    if (kind === "threads" && verb === "events") return void this.#stream(request, response, this.thread(id), cursor);
    if (kind === "threads" && verb === "queued") {
      if (this.taken.includes(call)) return void problem(response, 409, "message_taken", "A run has the message already.");
      this.fact(id, ...(request.method === "DELETE" ? ["message.removed", { messageId: call }] : ["message.edited", { messageId: call, input: body.input }]));
      return { body: { commandId: "cmd", status: "accepted", seq: this.thread(id).seq } };
    }
    if (kind === "threads" && request.method === "PATCH") {
      Object.assign(this.thread(id), body);
      this.fact(id, "thread.changed", { ...body, by: { tenant: "local", user: "local" } });
      return { body: { commandId: "cmd", status: "accepted", seq: this.thread(id).seq } };
    }
    if (kind === "threads" && request.method === "DELETE") {
      this.thread(id).viewers.forEach((viewer) => viewer.destroy());
      this.threads.delete(id);
      return { status: 204, body: {} };
    }
    if (kind === "threads") return { body: { ...summary(this.thread(id)), turns: 1, queued: [] } };
    if (kind === "runs" && request.method === "POST") {
      this.onCommand(id, verb === "pending" ? "resolve" : verb, { ...body, callId: call });
      return { body: { commandId: "cmd", status: "accepted", seq: 1 } };
    }
    if (kind === "runs" && verb === "events") {
      const items = this.late.filter((e) => e.runId === id && e.seq > query.get("after"));
      return { body: { items, head: items.at(-1)?.seq ?? 0, terminal: true } };
    }
    if (kind === "runs" && verb === "steps") return { body: call ? { step: +call, attempt: 1, assembler: "window/1", from: 1, through: 2, request: { messages: [] }, hash: "sha256:00", recordedHash: "sha256:00", matches: true } : { items: [] } };
    return void problem(response, 404, "not_found", "There is nothing here.");
  }

  /** Newest activity first; the cursor is the time and the id of the last that is known. */
  #list(query) {
    const wants = (name, has) => (query.get(name) ?? String(has)) === String(has);
    const limit = Number(query.get("limit") ?? 50);
    const after = query.get("cursor");
    const q = query.get("q");
    const place = (t) => `${t.updatedAt} ${t.id}`;
    const found = [...this.threads.values()]
      .filter((t) => wants("pinned", Boolean(t.pinned)) && (q !== null || query.has("archived") ? wants("archived", Boolean(t.archived)) : !t.archived))
      .filter((t) => q === null || t.title.includes(q))
      .sort((a, b) => (place(a) < place(b) ? 1 : -1))
      .filter((t) => after === null || place(t) < after);
    const items = found.slice(0, limit);
    const marked = (t) => ({ ...summary(t), match: { text: t.title, marks: [{ from: t.title.indexOf(q), length: q.length }] } });
    return { items: items.map(q === null ? summary : marked), ...(found.length > limit ? { nextCursor: place(items.at(-1)) } : {}) };
  }

  /** `memories` has what is told of each version, the newest last. */
  #memory(response, { id, memories }, verb, body, asked) {
    const newest = memories.at(-1);
    const version = Number(verb === "restore" ? body.version : asked ?? newest.version);
    if (!memories[version]) return void problem(response, 400, "invalid_version", "There is no such version.", "version");
    if (verb !== "restore") return { body: { ...newest, shown: version, summaries: memories[version].summaries } };
    const next = newest.version + 1;
    const made = { version: next, at: now(), kind: "restored", by: "local", restored: version };
    memories.push({ ...newest, version: next, versions: [...newest.versions, made], summaries: memories[version].summaries });
    this.fact(id, "memory.restored", { version: next, restored: version, by: "local" });
    return { body: { commandId: "cmd", status: "accepted", seq: this.thread(id).seq } };
  }

  #stream(request, response, thread, cursor) {
    const at = cursor === undefined ? 0 : thread.log.findIndex((e) => e.cursor === cursor) + 1;
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
    response.write("retry: 1000\n\n");
    for (const entry of thread.log.slice(at)) response.write(frame(entry));
    thread.viewers.add(response);
    request.on("close", () => thread.viewers.delete(response));
  }
}

const now = () => new Date().toISOString();
const frame = ({ cursor, event }) => `id: ${cursor}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const emptyMemory = (threadId) => ({ threadId, version: 0, shown: 0, versions: [], summaries: [] });
const summary = ({ id, title, createdAt, updatedAt, run, pinned, archived }) => ({ id, title, createdAt, updatedAt, run, ...(pinned ? { pinned } : {}), ...(archived ? { archived } : {}) });

function json(response, status, body) {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

function problem(response, status, code, detail, field) {
  response.writeHead(status, { "Content-Type": "application/problem+json" });
  response.end(JSON.stringify({ type: "about:blank", title: "", status, code, detail, field }));
}

async function text(request) {
  let whole = "";
  for await (const chunk of request) whole += chunk;
  return whole;
}
