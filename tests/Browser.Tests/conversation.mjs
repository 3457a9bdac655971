import { strict as assert } from "node:assert";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { newPage, ui, until } from "./browser.mjs";
import { freePort, Program } from "./program.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The page as people use it, with the demo model: two tabs, a pause, a reload, a crash. */
export async function conversation({ test, browser, folder }) {
  const data = `${folder}/conversation`;
  mkdirSync(data);
  const program = new Program(data, await freePort(), { Models__default__Pace: "12" });
  await program.start();
  const faults = [];
  const context = await browser.newContext({ viewport: { width: 1380, height: 860 } });
  const page = await newPage(context, faults);
  const one = ui(page);
  const second = await newPage(context, faults);
  const two = ui(second);
  const question = "What happens to a tool call when the process dies?";
  let kept = "";

  await test("The page says that the demo model answers", async () => {
    await page.goto(program.url);
    await page.getByText("demo model").waitFor();
    await one.shot("new");
  });

  await test("Words are seen while they are written", async () => {
    await one.ask(question);
    await page.waitForURL(/#\/t\/thr_[a-z0-9]{20,}/);
    await until("a tool card", () => page.locator(".tool.completed, .group").count());
    const early = await until("the first words", one.answer, (t) => t.length > 40);
    await one.standing("Working");
    const later = await until("more words", one.answer, (t) => t.length > early.length + 20);
    assert.ok(later.startsWith(early.trimEnd().slice(0, 40)));
    await one.shot("writing");
  });

  await test("A reload in the middle of the answer shows the same and goes on", async () => {
    const before = await one.answer();
    await page.reload();
    const after = await until("the words again", one.answer, (t) => t.length >= before.length);
    assert.ok(after.startsWith(before.slice(0, before.length - 8)), `${after.slice(0, 200)} does not begin with ${before.slice(0, 200)}`);
    assert.deepEqual(await one.asked(), [question]);
    await one.standing("Working");
  });

  await test("A second tab shows the same at the same time", async () => {
    await second.goto(page.url());
    await until("the same words in both", async () => [await one.answer(), await two.answer()], ([a, b]) => a.length > 0 && a === b);
    await two.standing("Working");
  });

  await test("A pause keeps the words in both tabs, and says why", async () => {
    await page.locator(".menu summary", { hasText: "Pause" }).click();
    await page.getByRole("button", { name: /^Now/ }).click();
    await one.standing("Paused");
    await two.standing("Paused");
    await second.getByText("A person paused it").waitFor();
    for (const tab of [page, second]) await tab.getByText("Paused here.").waitFor();
    kept = await until("the same words in both", two.answer, (t) => t.length > 40);
    assert.equal(await one.answer(), kept);
    await two.shot("paused");
    await until("the thread first in the list", () => second.locator("nav h2").first().innerText(), (t) => t === "Waiting for you");
  });

  await test("A resume from the other tab goes on below them", async () => {
    await second.getByRole("button", { name: "Resume" }).click();
    await one.standing("Working");
    await until("more words", one.answer, (t) => t.length > kept.length + 40);
    assert.ok((await one.answer()).startsWith(kept));
  });

  await test("After kill -9 and a restart both tabs go on by themselves to the end", async () => {
    await program.kill();
    await page.getByText("The connection was lost").waitFor();
    await one.shot("away");
    await program.start();
    await Promise.all([one, two].map((tab) => until("words after the crash", tab.answer, (t) => t.length > kept.length + 40, 60_000)));
    await until("the end in both", async () => [await page.locator(".spent").count(), await second.locator(".spent").count()], ([a, b]) => a + b === 2, 120_000);
    const [a, b] = [await one.answer(), await two.answer()];
    assert.equal(a, b);
    assert.ok(a.length > 200);
    assert.equal(await page.getByText("The connection was lost").count(), 0);
  });

  await test("The steps show each attempt, and what the model saw, verified", async () => {
    const rows = page.locator(".timeline .step");
    assert.ok((await rows.count()) >= 3);
    await until("more than one attempt", () => page.locator(".timeline .facts", { hasText: "attempts" }).count());
    await rows.first().locator("summary").first().click();
    await page.getByText("Verified").waitFor();
    assert.match(await page.locator(".model-input").innerText(), /What happens to a tool call/);
    await one.shot("steps");
  });

  await test("A second turn, with a queued message that becomes the third", async () => {
    await one.ask("What is a budget?");
    await one.standing("Working");
    await page.getByText("After this answer").click();
    await one.ask("And what is a thread?");
    await page.locator(".queued li").waitFor();
    await one.shot("queued");
    await until("three turns answered", async () => [await one.asked(), await page.locator(".bar .pill").innerText()], ([asked, word]) => asked.length === 3 && word === "Answered", 120_000);
    assert.deepEqual(await one.asked(), [question, "What is a budget?", "And what is a thread?"]);
    assert.equal(await page.locator(".queued li").count(), 0);
  });

  await test("Somebody who was never there sees the same", async () => {
    const other = await browser.newContext({ viewport: { width: 1380, height: 860 } });
    const late = await newPage(other, faults);
    await late.goto(page.url());
    const whole = await one.answer();
    await until("the same words", ui(late).answer, (t) => t === whole);
    await other.close();
  });

  await test("Keyboard alone: skip link, list, composer", async () => {
    await page.getByRole("link", { name: "Skip to the message box" }).focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "TEXTAREA");
    await page.getByRole("link", { name: "New" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "What would you like to know?" }).waitFor();
    await page.goBack();
  });

  for (const colorScheme of ["light", "dark"]) {
    await test(`Nothing that axe can see stands in a reader's way, ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.locator(".spent").first().waitFor();
      await one.shot(colorScheme);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run({ exclude: [".markdown"] }));
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target).join(" | ")}`), []);
    });
  }

  await test("On a phone the lists are drawers", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await one.shot("phone");
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page scrolls sideways");
    await page.getByRole("button", { name: "Conversations" }).click();
    await page.getByRole("dialog", { name: "Conversations" }).waitFor();
    await one.shot("phone-threads");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Steps" }).click();
    await page.getByRole("dialog", { name: "Steps" }).waitFor();
    await one.shot("phone-steps");
    await page.keyboard.press("Escape");
  });

  await test("Nothing was refused by the page's own policy, and no script failed", async () => {
    for (const p of [page, second]) faults.push(...(await p.evaluate(() => window.violations)));
    assert.deepEqual(faults, []);
  });

  await context.close();
  await program.kill();
}
