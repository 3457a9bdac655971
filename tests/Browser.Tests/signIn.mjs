import { strict as assert } from "node:assert";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { newPage, ui, until } from "./browser.mjs";
import { freePort, Program } from "./program.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const newKey = () => `oak_${randomBytes(32).toString("base64url")}`;
const entry = (key, roles) => ({ Hash: `sha256:${createHash("sha256").update(key).digest("hex")}`, User: "alice", Roles: roles });

/** The page of a service that asks who calls: signing in, what a role may not do, and a key that is revoked in the middle of an answer. */
export async function signIn({ test, browser, folder }) {
  const data = `${folder}/sign-in`;
  mkdirSync(data);
  const [first, second, reader] = [newKey(), newKey(), newKey()];
  // Everything that it would write down is read at the end.
  const program = new Program(data, await freePort(), { Models__default__Pace: "2", Logging__LogLevel__Default: "Trace", Logging__LogLevel__Microsoft: "Trace" });
  const everything = ["start", "view", "steer", "approve"];
  program.settle({ Auth: { Keys: { first: entry(first, everything), reader: entry(reader, ["view"]) } } });
  await program.start();

  const faults = [];
  const addresses = [];
  const context = await browser.newContext({ viewport: { width: 1380, height: 860 } });
  context.on("request", (request) => addresses.push(request.url()));
  const page = await newPage(context, faults);
  page.on("websocket", (socket) => addresses.push(socket.url()));
  const shown = ui(page);
  const give = async (on, key) => {
    await on.getByLabel("Access key or token").fill(key);
    await on.getByRole("button", { name: "Sign in", exact: true }).click();
  };

  await test("A page that nobody has signed in to asks for a key and shows nothing else", async () => {
    await page.goto(program.url);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.equal(await page.getByRole("textbox", { name: /^Message/ }).count(), 0);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run());
    assert.deepEqual(violations.map((v) => v.id), []);
    await shown.shot("sign-in");
  });

  await test("A wrong key is told in words", async () => {
    await give(page, newKey());
    await page.getByRole("alert").getByText("does not know this key").waitFor();
    await give(page, "two words");
    await page.getByRole("alert").getByText("no spaces").waitFor();
    await shown.shot("sign-in-wrong");
  });

  await test("With the right key one asks and sees the answer, also after a reload", async () => {
    await give(page, ` ${first}\n`);
    await page.getByText("Signed in as alice of default").waitFor();
    await shown.ask("What happens to a tool call when the process dies?");
    await page.waitForURL(/#\/t\/thr_/);
    await until("the first words", shown.answer, (t) => t.length > 20);
    await page.reload();
    await until("the words again", shown.answer, (t) => t.length > 20);
    await shown.standing("Working");
  });

  await test("A key that is revoked during the answer asks for another within a minute, and what was written stays", async () => {
    const draft = page.getByRole("textbox", { name: /^Message/ });
    await draft.fill("Half a thought");
    const cut = page.waitForResponse((r) => r.url().endsWith("/events") && r.status() === 401, { timeout: 60_000 });
    program.settle({ Auth: { Keys: { second: entry(second, everything), reader: entry(reader, ["view"]) } } });
    await page.getByRole("heading", { name: "Sign in again" }).waitFor({ timeout: 60_000 });
    await cut;
    await shown.shot("sign-in-again");
    const before = await shown.answer();
    await give(page, second);
    await page.getByRole("heading", { name: "Sign in again" }).waitFor({ state: "detached" });
    assert.equal(await draft.inputValue(), "Half a thought");
    await until("more words", shown.answer, (t) => t.length > before.length);
    const [sent] = await Promise.all([page.waitForResponse((r) => r.url().endsWith("/messages")), draft.press("Enter")]);
    assert.equal(sent.status(), 202);
  });

  await test("Who may only read sees all of it, and is told why nothing can be written", async () => {
    const other = await browser.newContext({ viewport: { width: 1380, height: 860 } });
    const watching = await newPage(other, faults);
    await watching.goto(page.url());
    await give(watching, reader);
    await until("the words", ui(watching).answer, (t) => t.length > 20);
    await watching.getByText("Writing needs the role start, which you do not have.").waitFor();
    assert.equal(await watching.getByRole("textbox", { name: /^Message/ }).isDisabled(), true);
    assert.equal(await watching.getByRole("button", { name: "Send" }).isDisabled(), true);
    assert.equal(await watching.getByRole("button", { name: "Stop" }).isDisabled(), true);
    await ui(watching).shot("viewer");
    await other.close();
  });

  await test("Who signs out leaves nothing behind in the page", async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    assert.equal(await page.getByText("Half a thought").count(), 0);
  });

  await test("A key was in no address and in no line of the log, and the hub was opened by tickets", async () => {
    const keys = [first, second, reader];
    assert.deepEqual(addresses.filter((a) => keys.some((key) => a.includes(key))).map((a) => new URL(a).pathname), []);
    const tickets = addresses.map((a) => new URL(a).searchParams.get("access_token")).filter(Boolean);
    assert.ok(tickets.length > 0 && tickets.every((t) => t.startsWith("oht_")), tickets.join());
    assert.ok(program.output.includes("/hubs/runs"), "the log says nothing of the hub");
    for (const secret of [...keys, ...tickets]) assert.equal(program.output.includes(secret), false);
    assert.deepEqual(faults, []);
  });

  await context.close();
  await program.kill();
}
