import { strict as assert } from "node:assert";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { newPage, until } from "./browser.mjs";
import { askOverHub, loadLibrary } from "./officialHub.mjs";
import { freePort, Program } from "./program.mjs";
import { StarterProject } from "./starterProject.mjs";
import { serve } from "./staticServer.mjs";

/** The demo model writes for many seconds about the one, and a sentence about the other. */
const [long, short] = ["What happens to a tool call when the process dies?", "Hello"];
const newKey = () => `oak_${randomBytes(32).toString("base64url")}`;

/** What a person sees of the starter, and all that its page asked for. */
async function visit(browser, url) {
  const context = await browser.newContext();
  const [faults, requests, sockets] = [[], [], []];
  const page = await newPage(context, faults);
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("request", (request) => requests.push(request.url()));
  page.on("websocket", (socket) => sockets.push(socket.url()));
  await page.goto(url);
  return {
    page, faults, requests, sockets,
    ask: async (text) => {
      await page.getByLabel("Message").fill(text);
      await page.getByRole("button", { name: "Send" }).click();
    },
    signIn: async (key) => {
      await page.getByLabel("Access key").fill(key);
      await page.getByRole("button", { name: "Sign in" }).click();
    },
    answer: () => page.locator(".answer").allInnerTexts().then((all) => all.join("\n")),
    ended: () => page.getByRole("button", { name: "Stop" }).waitFor({ state: "detached" }),
    close: () => context.close(),
  };
}

/** Whether events came over the hub of `service` and nowhere else. */
function assertHubAlone({ requests, sockets }, service) {
  const hub = `${service.replace("http", "ws")}/hubs/runs`;
  assert.ok(sockets.length > 0 && sockets.every((s) => s.split("?")[0] === hub), `WebSockets: ${sockets.join() || "none"}`);
  assert.deepEqual(requests.filter((r) => new URL(r).pathname.endsWith("/events")), []);
}

/** The React starter, built with the client as it would be published and opened from other origins than the service's. */
export async function starter({ test, browser, folder }) {
  const data = `${folder}/starter`;
  for (const name of ["open", "keyed"]) mkdirSync(`${data}/${name}`, { recursive: true });
  const project = new StarterProject(data);
  await project.create();

  await test("The client's tarball holds its build, its description and its license, and nothing else", () => {
    assert.deepEqual(project.packed.filter((file) => !/^dist\/.*(\.js|\.d\.ts)$/.test(file)), ["LICENSE", "README.md", "package.json"]);
    const { dependencies, peerDependencies, peerDependenciesMeta, exports } = project.manifest();
    assert.equal(dependencies, undefined);
    assert.deepEqual(Object.keys(peerDependencies), ["@microsoft/signalr", "react"]);
    assert.deepEqual(peerDependenciesMeta, { react: { optional: true } });
    const named = Object.values(exports).flatMap((entry) => (typeof entry === "string" ? entry : Object.values(entry))).map((file) => file.slice(2));
    assert.deepEqual(named.filter((file) => !project.packed.includes(file)), []);
  });

  await test("The types of the packed client are those that the starter needs", () => project.checkTypes());

  // Both addresses of a server of files are other origins than the service; only the first is allowed.
  const [open, keyed] = await Promise.all(["open", "keyed"].map(async (name) => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const files = await serve(await project.build(url, name));
    return { url, files, origin: `http://chat.localhost:${files.port}`, stranger: `http://127.0.0.1:${files.port}` };
  }));
  const [key, wrong] = [newKey(), newKey()];
  const program = (name, { url, origin }, settings) => new Program(`${data}/${name}`, new URL(url).port, { Models__default__Pace: "20", Cors__Origins: origin, ...settings });
  const service = program("open", open);
  const guarded = program("keyed", keyed, {
    Auth__Keys__ann__Hash: `sha256:${createHash("sha256").update(key).digest("hex")}`, Auth__Keys__ann__User: "ann", Auth__Keys__ann__Roles: "start,view,steer",
  });
  await Promise.all([service.start(), guarded.start()]);

  let guest = await visit(browser, open.origin);
  await test("A conversation that is begun in a page of another origin shows its words while they are written", async () => {
    await guest.ask(long);
    const early = await until("the first words", guest.answer, (t) => t.length > 20);
    await until("more words", guest.answer, (t) => t.length > early.length && t.startsWith(early.slice(0, 20)));
  });

  await test("A stop keeps the words that were written", async () => {
    await guest.page.getByRole("button", { name: "Stop" }).click();
    await guest.page.getByText("Stopped.").waitFor();
    assert.ok((await guest.answer()).length > 20);
  });

  await test("After a reload the conversation is there, and another message is answered to its end", async () => {
    const before = await guest.answer();
    await guest.page.reload();
    await until("the same words", guest.answer, (t) => t === before);
    await guest.ask(short);
    await until("more words", guest.answer, (t) => t.length > before.length);
    await guest.ended();
    assert.equal(await guest.page.getByText("It failed").count(), 0);
    assert.equal(await guest.page.locator(".said").count(), 2);
  });

  await test("Its events came over the hub alone, and the browser reported no error", () => {
    assertHubAlone(guest, open.url);
    assert.deepEqual(guest.faults, []);
  });

  await test("While the service is away the page says so, and goes on when it is back", async () => {
    await guest.page.getByRole("button", { name: "New conversation" }).click();
    await until("an empty conversation", guest.answer, (t) => t === "");
    await guest.ask(long);
    const before = await until("the first words", guest.answer, (t) => t.length > 20);
    await service.kill();
    const line = guest.page.getByRole("status");
    await line.getByText(/The connection was cut|The service cannot be reached/).waitFor();
    await service.start();
    await line.waitFor({ state: "detached" });
    await until("more words", guest.answer, (t) => t.length > before.length);
  });

  await test("SignalR's own library asks and watches from another origin, with the negotiation that it does by itself", async () => {
    await loadLibrary(guest.page, project);
    const [asked, opened] = [guest.requests.length, guest.sockets.length];
    const types = await askOverHub(guest.page, open.url);
    assert.deepEqual([types[0], types.at(-1)], ["run.created", "run.completed"]);
    assert.ok(guest.requests.slice(asked).some((r) => r.startsWith(`${open.url}/hubs/runs/negotiate`)), "nothing was negotiated");
    assert.equal(guest.sockets.length, opened + 1);
  });
  await guest.close();

  await test("A page of an origin that is not allowed learns nothing, and says which setting names those that are", async () => {
    const stranger = await visit(browser, open.stranger);
    await stranger.page.getByRole("alert").getByText(`does its setting Cors:Origins name ${open.stranger}?`).waitFor();
    await loadLibrary(stranger.page, project);
    await assert.rejects(askOverHub(stranger.page, open.url), /Failed to complete negotiation/);
    const end = await stranger.page.evaluate((url) => new Promise((resolve) => {
      const socket = new WebSocket(url);
      socket.onopen = () => resolve("open");
      socket.onerror = () => resolve("refused");
    }), `${open.url.replace("http", "ws")}/hubs/runs`);
    assert.equal(end, "refused");
    await stranger.close();
  });

  await test("Through Vite's proxy a page of an origin that is not allowed is one of the service's own", async () => {
    const development = await project.develop(open.url);
    guest = await visit(browser, development.url);
    await guest.ask(short);
    await until("words", guest.answer, (t) => t.length > 20);
    await guest.ended();
    assert.ok(guest.requests.every((r) => !r.startsWith(open.url)), "the page called the service itself");
    assertHubAlone({ ...guest, sockets: guest.sockets.filter((s) => s.includes("/hubs/")) }, development.url);
    assert.deepEqual(guest.faults, []);
    await guest.close();
    development.close();
  });

  const signed = await visit(browser, keyed.origin);
  const refusals = () => signed.faults.filter((f) => !/status of 401/.test(f));
  await test("Where the service asks for a key, a wrong one is told in words and the right one is taken", async () => {
    await signed.signIn(wrong);
    await signed.page.getByRole("alert").getByText("does not know this key").waitFor();
    await signed.signIn(key);
    await signed.ask(short);
    await until("words", signed.answer, (t) => t.length > 20);
    await signed.ended();
  });

  await test("The key is in memory alone: a reload asks for it again and shows the conversation", async () => {
    const before = await signed.answer();
    assert.deepEqual(await signed.page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, ""]);
    await signed.page.reload();
    await signed.signIn(key);
    await until("the same words", signed.answer, (t) => t === before);
    await signed.ask(short);
    await until("more words", signed.answer, (t) => t.length > before.length);
    await signed.ended();
    assertHubAlone(signed, keyed.url);
    assert.ok(signed.sockets.every((s) => s.includes("access_token=oht_")), signed.sockets.join());
    assert.deepEqual(refusals(), []);
  });

  await test("SignalR's own library opens the hub from another origin with a ticket for each request", async () => {
    await loadLibrary(signed.page, project);
    const opened = signed.sockets.length;
    const types = await askOverHub(signed.page, keyed.url, key);
    assert.deepEqual([types[0], types.at(-1)], ["run.created", "run.completed"]);
    assert.equal(signed.sockets.length, opened + 1);
    assert.deepEqual([...signed.requests, ...signed.sockets].filter((address) => address.includes(key)), []);
  });

  await signed.close();
  for (const { files } of [open, keyed]) files.close();
  await Promise.all([service.kill(), guarded.kill()]);
}
