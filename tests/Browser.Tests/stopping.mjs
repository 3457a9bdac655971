import { strict as assert } from "node:assert";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { newPage, ui, until } from "./browser.mjs";
import { ModelServer } from "./modelServer.mjs";
import { freePort, Program } from "./program.mjs";

const long = (word) => Array.from({ length: 200 }, (_, n) => `${word} ${n + 1} of a long answer.`).join(" ");

/** Answers that are stopped and paused in the middle by somebody with a name, and a provider that refuses. */
export async function stopping({ test, browser, folder }) {
  const data = `${folder}/stopping`;
  mkdirSync(data);
  const model = new ModelServer();
  await model.listen();
  const key = `oak_${randomBytes(32).toString("base64url")}`;
  const program = new Program(data, await freePort(), {
    Models__default__Provider: "openai", Models__default__Endpoint: model.url, Models__default__Model: "scripted",
    Auth__Keys__ann__Hash: `sha256:${createHash("sha256").update(key).digest("hex")}`, Auth__Keys__ann__User: "ann",
    ...Object.fromEntries(["start", "view", "steer"].map((role, n) => [`Auth__Keys__ann__Roles__${n}`, role])),
  });
  await program.start();
  const faults = [];
  const context = await browser.newContext({ viewport: { width: 1380, height: 860 } });
  const signedIn = async (url) => {
    const page = await newPage(context, faults);
    await page.goto(url);
    await page.getByLabel("Access key or token").fill(key);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("Signed in as ann").waitFor();
    return page;
  };
  const page = await signedIn(program.url);
  const shown = ui(page);
  /** What stands below the answers: why one was stopped or failed. */
  const lines = (on = page) => on.locator(".message.agent .withdrawn").allInnerTexts();
  const written = (length) => until("words", shown.answer, (t) => t.length > length);

  await test("An answer that is stopped in the middle keeps its words, and says by whom it was stopped", async () => {
    model.answers = [{ text: long("Part"), pace: 60 }];
    await shown.ask("Tell me everything.");
    await page.waitForURL(/#\/t\/thr_/);
    const seen = await written(100);
    await page.getByRole("button", { name: "Stop" }).click();
    await shown.standing("Stopped");
    await page.getByText("Stopped by ann.").waitFor();
    const answer = await shown.answer();
    assert.ok(answer.startsWith(seen.slice(0, -8)), `${answer} does not begin with ${seen}`);
    assert.ok(answer.length < long("Part").length / 2);
    await shown.shot("stopped");
  });

  await test("After a reload and in another tab both are the same", async () => {
    const answer = await shown.answer();
    const other = await signedIn(page.url());
    await page.reload();
    for (const tab of [page, other]) {
      await until("the words again", ui(tab).answer, (t) => t === answer);
      assert.deepEqual(await lines(tab), ["Stopped by ann."]);
      await ui(tab).standing("Stopped");
    }
    await other.close();
  });

  await test("A paused answer keeps its words too, and the answer after the resume comes below them", async () => {
    const before = (await shown.answer()).length;
    model.answers = [{ text: long("Piece"), pace: 60 }, { text: "And that is the end." }];
    await shown.ask("And once more?");
    await written(before + 100);
    await page.locator(".menu summary", { hasText: "Pause" }).click();
    await page.getByRole("button", { name: /^Now/ }).click();
    await shown.standing("Paused");
    await page.getByText("Paused by ann.").waitFor();
    const paused = await shown.answer();
    await page.getByRole("button", { name: "Resume" }).click();
    await shown.standing("Answered");
    assert.equal((await shown.answer()).trim(), `${paused.trim()}\nAnd that is the end.`);
    assert.deepEqual(await lines(), ["Stopped by ann.", "Paused by ann."]);
    await page.reload();
    await until("the lines again", lines, (all) => all.length === 2);
  });

  await test("A provider that refuses is quoted, and is asked again with a button", async () => {
    model.answers = [{ status: 401, message: "The key ended yesterday." }];
    await shown.ask("Are you there?");
    await shown.standing("Provider refuses");
    await page.locator(".run-state .why", { hasText: "The key ended yesterday." }).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("button", { name: "Retry now" }).waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page scrolls sideways");
    await shown.shot("refused-phone");
    await page.setViewportSize({ width: 1380, height: 860 });
    await shown.shot("refused");
  });

  await test("Another run that needs the same model says why it waits, and goes on when the first has its answer", async () => {
    const other = await signedIn(program.url);
    await ui(other).ask("And you?");
    await ui(other).standing("Provider refuses");
    await other.locator(".run-state .why", { hasText: "not asked at present" }).waitFor();
    assert.match(await other.locator(".run-state .why").innerText(), /The key ended yesterday\./);
    assert.deepEqual(await lines(other), []);
    await ui(other).shot("not-asked");

    model.answers = [{ text: "I am back." }, { text: "So am I." }];
    await page.getByRole("button", { name: "Retry now" }).click();
    await shown.standing("Answered");
    assert.match(await shown.answer(), /I am back\.$/);
    await ui(other).standing("Answered");
    assert.equal(await ui(other).answer(), "So am I.");
    assert.equal(await page.getByRole("button", { name: "Retry now" }).count(), 0);
    await other.close();
  });

  await test("No script of the stopped and refused runs failed", async () => {
    faults.push(...(await page.evaluate(() => window.violations)));
    assert.deepEqual(faults, []);
  });

  await context.close();
  await program.kill();
  model.close();
}
