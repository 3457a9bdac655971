import { strict as assert } from "node:assert";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { newPage, ui, until } from "./browser.mjs";
import { longTalk } from "./longTalk.mjs";
import { ModelServer } from "./modelServer.mjs";
import { freePort, Program } from "./program.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const long = "Words without end. ".repeat(200);

/** What people do in a conversation: say, interrupt, queue, copy, judge, look up; while the service is away; and far up in a long one. */
export async function talk({ test, browser, folder }) {
  const data = `${folder}/talk`;
  mkdirSync(`${data}/docs`, { recursive: true });
  writeFileSync(`${data}/docs/zebra.md`, "# Zebras\n\nA zebra sleeps standing.\nIt eats grass.\n<img src=x onerror=alert(1)>\n");
  const model = new ModelServer();
  await model.listen();
  const program = new Program(data, await freePort(), {
    Models__default__Provider: "openai", Models__default__Endpoint: model.url, Models__default__Model: "scripted", Workspace__Path: `${data}/docs`,
  });
  await program.start();
  const faults = [];
  const context = await browser.newContext({ viewport: { width: 1380, height: 860 }, permissions: ["clipboard-read", "clipboard-write"] });
  const page = await newPage(context, faults);
  const shown = ui(page);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const deliver = (word) => page.locator(".segmented label", { hasText: word }).click();
  const writing = () => until("the first words", shown.answer, (t) => t.includes("Words without end."));
  const read = (path) => ({ tool: "read_document", arguments: { path, startLine: 1, lines: 10 } });
  await page.goto(program.url);

  await test("The calls of several steps are one line, with the one that failed below it", async () => {
    model.answers = [{ tool: "search_documents", arguments: { query: "zebra" } }, read("docs/nothing.md"), read("docs/zebra.md"), { text: "It sleeps standing (docs/zebra.md, line 3)." }];
    await shown.ask("How does a zebra sleep?");
    await shown.standing("Answered");
    assert.equal(await page.locator(".group > summary strong").innerText(), "3 calls, 1 failed");
    assert.deepEqual(await page.locator(".tool .name").allInnerTexts(), ["read_document"]);
    assert.match(await page.locator(".tool.failed .body").innerText(), /docs\/nothing\.md/);
    await page.locator(".group > summary").click();
    assert.equal(await page.locator(".tool").count(), 3);
    await shown.shot("group");
  });

  await test("A citation opens the passage that the tool returned, and gives the focus back", async () => {
    const source = page.getByRole("button", { name: "docs/zebra.md, line 3" });
    await source.focus();
    await page.keyboard.press("Enter");
    const sheet = page.getByRole("dialog", { name: "docs/zebra.md" });
    assert.equal(await sheet.locator("mark").innerText(), "A zebra sleeps standing.");
    assert.match(await sheet.innerText(), /<img src=x/);
    await shown.shot("passage");
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "hidden" });
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "docs/zebra.md, line 3");
  });

  await test("An answer and the conversation are copied as Markdown", async () => {
    await page.getByRole("button", { name: "Copy answer" }).click();
    assert.equal(await until("the answer", clipboard), "It sleeps standing (docs/zebra.md, line 3).");
    await page.getByRole("button", { name: "Copy conversation" }).click();
    assert.match(await until("the conversation", clipboard, (t) => t.startsWith("# ")), /## You\n\nHow does a zebra sleep\?\n\n## Agent[\s\S]*`read_document`/);
  });

  await test("Feedback has a note, is there after a reload, and is taken back", async () => {
    await page.getByRole("button", { name: "Bad answer" }).click();
    await page.getByLabel(/What was wrong/).fill("Too short.");
    await page.getByRole("button", { name: "Save the note" }).click();
    await page.getByText("“Too short.”").waitFor();
    await page.reload();
    await page.getByText("“Too short.”").waitFor();
    await page.getByRole("button", { name: "Bad answer" }).click();
    await until("that it is gone", () => page.getByRole("button", { name: "Bad answer", pressed: true }).count(), (n) => n === 0);
  });

  await test("A queued message is edited and removed, and an interruption stands where it took effect", async () => {
    model.answers = [{ text: long, pace: 60 }, { text: "In short: yes." }, { text: "And that is all." }];
    await shown.ask("At length, please.");
    await writing();
    await deliver("After this answer");
    await shown.ask("First?");
    await shown.ask("Second?");
    await until("both", () => page.locator(".queued li").count(), (n) => n === 2);
    await page.locator(".queued li", { hasText: "First?" }).getByRole("button", { name: "Remove" }).click();
    await until("one", () => page.locator(".queued li").count(), (n) => n === 1);
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("textbox", { name: "The message", exact: true }).fill("Is that all?");
    await page.keyboard.press("Enter");
    await page.locator(".queued .text", { hasText: "Is that all?" }).waitFor();
    await shown.shot("queue");
    await deliver("Interrupt");
    await shown.ask("Shorter!");
    await until("the last answer", shown.answer, (t) => t.endsWith("And that is all."));
    const log = await page.locator(".messages").innerText();
    assert.match(log, /You interrupted it here\.[\s\S]*You, interrupting\s+Shorter![\s\S]*In short: yes\.[\s\S]*Is that all\?[\s\S]*And that is all\./);
    assert.ok(!log.includes("First?"));
  });

  await test("The upward key recalls the last message, and Escape stops the run", async () => {
    model.answers = [{ text: long, pace: 60 }];
    await page.getByRole("textbox", { name: "Message" }).focus();
    await page.keyboard.press("ArrowUp");
    assert.equal(await page.getByRole("textbox", { name: "Message" }).inputValue(), "Is that all?");
    await page.keyboard.press("Enter");
    await shown.standing("Working");
    await until("words", () => page.locator(".message.agent").last().innerText(), (t) => t.startsWith("Words"));
    await page.keyboard.press("Escape");
    await shown.standing("Stopped");
  });

  await test("What is said while the service is away is kept over a reload, and arrives once", async () => {
    model.answers = [{ text: "I am back." }];
    await page.context().route("**/v1/threads/*/messages", (route) => route.abort());
    await shown.ask("Are you there?");
    await page.getByText("it is sent once it can").waitFor();
    await shown.shot("sending");
    await page.reload();
    await page.getByText("it is sent once it can").waitFor();
    await page.context().unroute("**/v1/threads/*/messages");
    await program.kill();
    await program.start();
    await until("the answer", shown.answer, (t) => t.endsWith("I am back."), 60_000);
    assert.equal((await shown.asked()).filter((t) => t === "Are you there?").length, 1);
    assert.equal(await page.locator(".sending").count(), 0);
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((k) => k.includes("unsent"))), []);
  });

  await test("What waits can be taken back, and is in the message box again", async () => {
    await page.context().route("**/v1/threads/*/messages", (route) => route.abort());
    await shown.ask("Never mind.");
    await page.locator(".sending").getByRole("button", { name: "Cancel" }).click();
    assert.equal(await page.getByRole("textbox", { name: "Message" }).inputValue(), "Never mind.");
    await page.context().unroute("**/v1/threads/*/messages");
    await page.getByRole("textbox", { name: "Message" }).fill("");
  });

  for (const colorScheme of ["light", "dark"]) {
    await test(`Nothing that axe can see stands in a reader's way in a conversation, ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run({ include: ["main"], exclude: [".markdown"] }));
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target).join(" | ")}`), []);
    });
  }

  await test("On a phone, and at twice the size, nothing scrolls sideways", async () => {
    for (const [name, size] of [["talk-phone", { width: 390, height: 844 }], ["talk-200", { width: 690, height: 430 }]]) {
      await page.setViewportSize(size);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), name);
      await shown.shot(name);
    }
    await page.setViewportSize({ width: 1380, height: 860 });
  });

  await test("A conversation that is deleted elsewhere says so, and its text stays", async () => {
    const threadId = page.url().split("/t/")[1];
    const answer = await fetch(`${program.url}/v1/threads/${threadId}`, { method: "DELETE" });
    assert.equal(answer.status, 204);
    await page.getByText("This conversation was deleted.").waitFor();
    assert.match(await shown.answer(), /I am back\.$/);
    assert.equal(await page.getByRole("textbox", { name: /^Message/ }).count(), 0);
    await shown.shot("deleted");
  });

  await longTalk({ test, context, program, faults });

  await test("No script of the conversations failed", async () => {
    faults.push(...(await page.evaluate(() => window.violations)));
    assert.deepEqual(faults, []);
  });

  await context.close();
  await program.kill();
  model.close();
}
