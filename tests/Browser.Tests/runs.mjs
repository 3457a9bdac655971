import { strict as assert } from "node:assert";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { newPage, ui, until } from "./browser.mjs";
import { ModelServer } from "./modelServer.mjs";
import { freePort, Program } from "./program.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const poison = `<img src="http://canary.test/run" onerror="window.stolen = 1">`;
const [answers, callsEach, most] = [102, 24, 1500];

/** One call in 24 names a document that there is not. */
const callOf = (n) => (n % 24 === 5 ? { tool: "read_document", arguments: { path: `docs/none-${n}.md` } }
  : n % 2 ? { tool: "search_documents", arguments: { query: `budget ${n}`, note: poison } }
  : { tool: "read_document", arguments: { path: "docs/operate.md", startLine: 1 + (n % 40), lines: 3 } });

/** The pages of runs: one of more than 5,000 events without a conversation, and one at work in a conversation. */
export async function runs({ test, browser, folder }) {
  const data = `${folder}/runs`;
  mkdirSync(data);
  const model = new ModelServer();
  await model.listen();
  const program = new Program(data, await freePort(), { Models__default__Provider: "openai", Models__default__Endpoint: model.url, Models__default__Model: "scripted" });
  await program.start();
  const get = async (path) => (await fetch(program.url + path)).json();
  const faults = [];
  const context = await browser.newContext({ viewport: { width: 1380, height: 860 }, acceptDownloads: true });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: program.url });
  const page = await newPage(context, faults);
  const shown = ui(page);
  const list = () => page.getByRole("listbox");
  const elements = () => page.evaluate(() => document.querySelectorAll("*").length);
  const chosen = () => page.locator(".virtual-row[aria-selected=true]").innerText();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  let run;

  await test("A run without a conversation is in the list, and has a page of its own", async () => {
    model.answers = Array.from({ length: answers }, (_, n) => ({ calls: Array.from({ length: callsEach }, (_, i) => callOf(n * callsEach + i)) }));
    model.answers.splice(3, 0, { status: 503, message: `Overloaded ${poison}` });
    model.answers.push({ text: `All of it is read. ${poison}` });
    const started = await fetch(`${program.url}/v1/runs`, {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ agent: "docs", input: `Read everything. ${poison}`, budget: { steps: 100_000 }, metadata: { team: poison } }),
    });
    run = (await started.json()).id;
    await until("the end of the run", () => get(`/v1/runs/${run}`), (r) => r.status === "completed", 180_000);
    await page.goto(`${program.url}/#/runs`);
    await page.getByRole("combobox", { name: "Conversation" }).selectOption("no");
    await page.getByRole("combobox", { name: "Status" }).selectOption("completed");
    await page.locator(".run-row").first().waitFor();
    await shown.shot("runs");
    await page.locator(".run-row").first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`#/r/${run}$`));
    await page.locator(".run-head .run-status", { hasText: "completed" }).waitFor();
  });

  await test("More than 5,000 events: few nodes, to the end and back", async () => {
    const { head, step } = await get(`/v1/runs/${run}`);
    assert.ok(head > 5_000, `${head} events`);
    await list().focus();
    await page.keyboard.press("Home");
    const [first, nodes] = [await chosen(), await elements()];
    assert.ok(nodes < most, `${nodes} elements`);
    await page.keyboard.press("End");
    assert.match(await chosen(), new RegExp(`^${step}\\s+Model`));
    for (let n = 0; n < 5; n++) {
      await page.keyboard.press("PageUp");
      assert.ok((await elements()) < most);
    }
    await page.keyboard.press("Home");
    assert.equal(await chosen(), first);
    await shown.shot("run");
  });

  await test("A failed call is counted as a call, and found", async () => {
    const failed = answers;
    assert.match(await page.locator(".run-facts").innerText(), new RegExp(`Tool calls\\s+${new Intl.NumberFormat("en").format(answers * callsEach)} \\(${failed} failed\\)`));
    await page.getByRole("checkbox", { name: "Failed" }).check();
    await page.getByText(new RegExp(`^${failed + 1} of `)).waitFor();
    await list().focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.locator(".pane .attempts", { hasText: "There is no document" }).waitFor();
    await page.getByRole("searchbox").fill("overloaded");
    await page.getByText(/^1 of /).waitFor();
    await page.keyboard.press("Tab");
    await list().focus();
    await page.keyboard.press("End");
    assert.match(await page.locator(".pane .times").innerText(), /Waits for a retry\s+\d/);
    assert.match(await page.locator(".pane .attempts").innerText(), /failed[\s\S]*Overloaded <img[\s\S]*completed/);
    await shown.shot("run-retry");
    await page.getByRole("searchbox").fill("");
    await page.getByRole("checkbox", { name: "Failed" }).uncheck();
  });

  await test("One clock: the row, the pane and the events give the same time of a step", async () => {
    await list().focus();
    await page.keyboard.press("Home");
    for (let n = 0; n < 3; n++) await page.keyboard.press("ArrowDown");
    const { items } = await get(`/v1/runs/${run}/events?limit=200`);
    const begin = items.find((e) => e.type === "tool.started" && e.data.step === 3);
    const end = items.find((e) => e.type.startsWith("tool.") && e.type !== "tool.started" && e.data.callId === begin.data.callId);
    const ms = Date.parse(end.at) - Date.parse(begin.at);
    const words = ms < 1 ? "under 1 ms" : `${ms} ms`;
    assert.match(await chosen(), new RegExp(`^3\\s[\\s\\S]*\\s${words}$`));
    assert.match(await page.locator(".pane .attempts").innerText(), new RegExp(`completed\\s+${words}$`));
  });

  await test("The keyboard zooms, and the address names the step, also after a reload", async () => {
    const ticks = () => page.locator(".ticks").innerText();
    const whole = await ticks();
    await page.keyboard.press("z");
    await until("another scale", ticks, (t) => t !== whole);
    await shown.shot("run-zoomed");
    await page.keyboard.press("0");
    assert.equal(await ticks(), whole);
    await page.waitForURL(/\?step=3$/);
    await page.getByRole("button", { name: "Copy link to this step" }).click();
    assert.equal(await clipboard(), page.url());
    await page.reload();
    await page.locator(".pane h2", { hasText: "search_documents" }).waitFor();
    await page.getByRole("button", { name: "Copy the run's id" }).click();
    assert.equal(await clipboard(), run);
  });

  await test("What the model saw at a step is there, verified", async () => {
    await list().focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await page.getByText("Verified").waitFor();
    assert.match(await page.locator(".model-input").innerText(), /Read everything\. <img/);
  });

  await test("All events, by type, word for word, and as a file", async () => {
    const { head } = await get(`/v1/runs/${run}`);
    await page.getByRole("tab", { name: "Events" }).click();
    await page.getByText(`${new Intl.NumberFormat("en").format(head)} events`).waitFor();
    await page.getByRole("combobox", { name: "Type of event" }).selectOption("model.failed");
    await list().focus();
    await page.keyboard.press("Home");
    await page.getByRole("button", { name: "Copy JSON of this event" }).click();
    assert.equal(JSON.parse(await clipboard()).data.error.message.includes(poison), true);
    assert.ok((await elements()) < most);
    await shown.shot("run-events");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export all" }).click();
    const file = await download;
    assert.equal(file.suggestedFilename(), `${run}.ndjson`);
    const lines = readFileSync(await file.path(), "utf8").trim().split("\n").map((line) => JSON.parse(line).seq);
    assert.deepEqual(lines, Array.from({ length: head }, (_, n) => n + 1));
  });

  await test("From a conversation to its run and back; a pause and a kill are seen there", async () => {
    model.answers = [{ tool: "list_documents", arguments: {} }, { text: "Word by word. ".repeat(200), pace: 60 }, { text: "And it is done." }];
    await page.goto(`${program.url}/#/`);
    await shown.ask("Tell me slowly.");
    await page.waitForURL(/#\/t\/thr_/);
    const conversation = page.url();
    await page.getByRole("link", { name: "Open the run" }).click();
    await page.locator(".run-head .run-status", { hasText: "running" }).waitFor();
    await until("the first steps", () => page.locator(".virtual-row").count(), (n) => n === 4);
    await page.locator(".menu summary", { hasText: "Pause" }).click();
    await page.getByRole("button", { name: /^Now/ }).click();
    await page.locator(".run-head .run-status", { hasText: "paused (user)" }).waitFor();
    await shown.shot("run-paused");
    await program.kill();
    await page.getByText("The connection was lost").waitFor();
    await program.start();
    await until("the connection", () => page.getByText("The connection was lost").count(), (n) => n === 0, 60_000);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator(".run-head .run-status", { hasText: "completed" }).waitFor({ timeout: 60_000 });
    await page.getByRole("link", { name: "Open the conversation" }).click();
    assert.equal(page.url(), conversation);
    await until("the answer", shown.answer, (t) => t.includes("And it is done."));
  });

  for (const colorScheme of ["light", "dark"]) {
    await test(`Nothing that axe can see stands in a reader's way, ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const check = async () => {
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run());
        assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target).join(" | ")}`), []);
      };
      await page.goto(`${program.url}/#/runs`);
      await page.locator(".run-row").first().waitFor();
      await check();
      await page.goto(`${program.url}/#/r/${run}?step=1`);
      await page.getByText("Verified").waitFor();
      await check();
      await shown.shot(`run-${colorScheme}`);
      await page.getByRole("tab", { name: "Events" }).click();
      await list().waitFor();
      await check();
    });
  }

  await test("On a phone, and at 200 %, the page fits, and the step is a drawer", async () => {
    for (const [name, width, height] of [["phone", 390, 844], ["200", 690, 430]]) {
      await page.setViewportSize({ width, height });
      await page.goto(`${program.url}/#/runs`);
      await page.locator(".run-row").first().waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the list scrolls sideways");
      await page.goto(`${program.url}/#/r/${run}`);
      await page.locator(".run-head .run-status", { hasText: "completed" }).waitFor();
      await shown.shot(`run-${name}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page scrolls sideways");
      await list().focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.getByRole("dialog", { name: "Chosen step" }).waitFor();
      await shown.shot(`run-${name}-step`);
      await page.keyboard.press("Escape");
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "listbox");
    }
  });

  await test("No element came of hostile text, and nothing was refused by the page's own policy", async () => {
    assert.equal(await page.locator("main img").count(), 0);
    assert.equal(await page.evaluate(() => window.stolen), undefined);
    faults.push(...(await page.evaluate(() => window.violations)));
    assert.deepEqual(faults, []);
  });

  await context.close();
  await program.kill();
  model.close();
}
