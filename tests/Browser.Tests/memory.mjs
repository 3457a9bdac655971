import { strict as assert } from "node:assert";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { newPage, ui, until } from "./browser.mjs";
import { ModelServer } from "./modelServer.mjs";
import { freePort, Program } from "./program.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const host = "http://canary.test";
const hostile = `Known: it went on. <img src="${host}/memory/img" onerror="alert(1)"> ![a picture](${host}/memory/markdown)\n# A heading\n[a trap](javascript:alert(1))`;

/** With what the tools find, about a third of what the agent can be told of earlier turns. */
const long = (question) => `${question}\n\n${"and so it went on all day and nothing came of it, ".repeat(120)}`;

/**
 * A conversation that outgrows its budget, with the demo model. Its first summaries are asked of a model of their own, which writes
 * none at first, then one that a page must not obey; with that its share of tokens is spent, and summaries are extractive.
 */
export async function memory({ test, browser, canary, folder }) {
  const data = `${folder}/memory`;
  mkdirSync(data);
  const writer = new ModelServer();
  await writer.listen();
  const program = new Program(data, await freePort(), {
    Models__default__Pace: "500", Memory__Model: "writer", Memory__ThreadTokens: "1000",
    Models__writer__Provider: "openai", Models__writer__Endpoint: writer.url, Models__writer__Model: "scripted",
  });
  await program.start();
  const faults = [];
  const context = await browser.newContext({ viewport: { width: 1380, height: 860 } });
  const page = await newPage(context, faults);
  const shown = ui(page);
  const turn = async (question) => {
    await shown.ask(long(question));
    // Only what is in sight is drawn, so that messages cannot be counted.
    await until(`the answer to ${question}`, async () => [(await shown.asked()).at(-1) ?? "", await page.locator(".bar .pill").innerText()], ([asked, word]) => asked.includes(question) && word === "Answered", 60_000);
  };
  /** Whether the newest turn had to leave something of the earlier ones out. */
  const outgrown = async () => {
    const { items: [run] } = await (await fetch(`${program.url}/v1/runs?limit=1`)).json();
    return (await (await fetch(`${program.url}/v1/runs/${run.id}/steps/1/context`)).json()).manifest.out.length > 0;
  };
  const tab = (name) => page.getByRole("tab", { name });
  const versions = () => page.locator(".versions .name").allInnerTexts();
  const current = () => page.locator(".versions [aria-current] .name").innerText();

  await test("A young conversation has no summary, and the page says what one would be", async () => {
    await page.goto(program.url);
    await turn("What is a run?");
    await tab("Memory").click();
    await page.getByText("Nothing is summarised yet").waitFor();
    await shown.shot("memory-empty");
  });

  await test("A summary that is none changes nothing, and the panel says why by itself", async () => {
    for (const question of ["What is a turn?", "What is a step?", "What is a tool?", "What is a budget?", "What is an agent?"]) {
      await turn(question);
      if (await outgrown()) break;
    }
    await page.getByText("The newest summary was not made").waitFor();
    await page.getByText("malformed").waitFor();
    await page.getByText("tried again with the next turn").waitFor();
    assert.equal(await page.locator(".versions").count(), 0);
    await shown.shot("memory-failed");
  });

  await test("Versions come into an open panel, and the failure goes", async () => {
    writer.answers = [{ text: hostile, usage: { prompt_tokens: 900, completion_tokens: 100, total_tokens: 1000 } }];
    // Turns that follow each other may be summarised together, so that the number of versions does not follow from the number of turns.
    for (const question of ["What is a journal?", "What is a lease?", "What is a snapshot?", "What is a stream?", "What is a grain?", "What is a silo?"]) {
      await turn(question);
      if ((await versions()).length >= 4) break;
    }
    await until("versions", versions, (names) => names.length >= 4);
    assert.equal(await page.getByText("The newest summary was not made").count(), 0);
    await until("the present version", () => page.locator(".versions .present").count());
    const made = await page.locator(".versions .made").allInnerTexts();
    assert.ok(made.includes("Turn 1 written by writer"), made.join("; "));
    assert.ok(made.some((m) => m.endsWith("in the turns’ own words")), made.join("; "));
    await shown.shot("memory");
  });

  await test("What a summary says is shown and never obeyed", async () => {
    await page.getByRole("button", { name: /^Version 1\b/ }).click();
    await page.locator(".said", { hasText: "Known: it went on." }).waitFor();
    assert.equal(await page.locator(".said").first().innerText(), hostile);
    assert.equal(await page.locator(".memory img, .memory a, .memory h1, .memory script").count(), 0);
    // Another summary may have come meanwhile.
    await page.locator(".summary", { hasText: "Known: it went on." }).locator("details > summary", { hasText: "Not said word for word" }).click();
    await page.locator(".dropped li", { hasText: "told in the model's words" }).waitFor();
    assert.equal(canary.connections, 0);
  });

  await test("Its turn is one click away", async () => {
    await page.getByRole("button", { name: "Go to turn 1" }).first().click();
    await until("the turn", () => page.evaluate(() => document.activeElement?.id), (id) => id === "turn-1");
    assert.ok(await page.locator("#turn-1").evaluate((e) => Math.abs(e.getBoundingClientRect().top - e.closest(".viewport").getBoundingClientRect().top) < 60));
    assert.match(await page.locator("#turn-1").innerText(), /^What is a run\?/);
  });

  await test("Two versions are compared by their summaries", async () => {
    const [newest] = await versions();
    await page.getByLabel("Compare with").selectOption({ label: newest.toLowerCase() });
    await page.getByRole("heading", { name: /^In both/ }).waitFor();
    const heads = await page.locator(".compared h4").allInnerTexts();
    assert.match(heads[0], /^Only in version 1: (nothing|1)$/);
    assert.match(heads[1], new RegExp(`^Only in ${newest.toLowerCase()}: \\d+$`));
    await shown.shot("memory-compared");
    await page.getByLabel("Compare with").selectOption("");
  });

  await test("Keyboard alone: a version is looked at, and restored after a question; another tab sees it at once", async () => {
    const second = await newPage(context, faults);
    await second.goto(page.url());
    await second.getByRole("tab", { name: "Steps" }).focus();
    await second.keyboard.press("ArrowRight");
    await second.getByRole("tab", { name: "Memory", selected: true }).waitFor();
    await second.locator(".versions").waitFor();

    const before = await versions();
    await page.getByRole("button", { name: /^Version 2\b/ }).focus();
    await page.keyboard.press("Enter");
    await until("version 2", current, (name) => name === "Version 2");
    await page.getByRole("button", { name: "Restore version 2" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Restore version 2?" }).waitFor();
    await shown.shot("memory-restore");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await page.locator(":focus").innerText(), "Restore version 2");
    assert.deepEqual(await versions(), before);

    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Restore" }).focus();
    await page.keyboard.press("Enter");
    for (const tab of [page, second]) await tab.getByRole("button", { name: /present.*As at version 2, restored by local/ }).waitFor();
    assert.equal((await versions()).length, before.length + 1);
    await page.getByText("This is the present version").waitFor();
    await second.close();
  });

  await test("A step says what its request was made of, in a bar and in a table, verified", async () => {
    await turn("And now?");
    await tab("Steps").click();
    await page.locator(".timeline .step").first().locator("summary").first().click();
    await page.locator(".token-bar").waitFor();
    await page.locator(".verified", { hasText: "Verified" }).waitFor();
    const rows = await page.locator(".token-table tbody tr").evaluateAll((all) => all.map((r) => [...r.children].map((c) => c.textContent)));
    const numberOf = (title) => Number(rows.find(([name]) => name.startsWith(title))?.[1].replaceAll(",", "") ?? 0);
    for (const title of ["Instructions", "Tools", "Summaries of older turns", "Passages found", "What is asked", "Not used"]) assert.ok(numberOf(title) > 0, `${title}: ${JSON.stringify(rows)}`);
    const [, taken, budget] = /About ([\d,]+) of ([\d,]+) tokens/.exec(await page.locator(".manifest .note").innerText()).map((n) => Number(n.replaceAll(",", "")));
    assert.ok(Math.abs(rows.reduce((sum, [name]) => sum + (name === "Not used" ? 0 : numberOf(name)), 0) - taken) <= 8, JSON.stringify(rows));
    assert.equal(taken + numberOf("Not used"), budget);
    const widths = await page.locator(".token-bar .part").evaluateAll((all) => all.map((r) => r.getBoundingClientRect().width));
    const whole = await page.locator(".token-bar").evaluate((bar) => bar.getBoundingClientRect().width);
    assert.ok(Math.abs(widths.reduce((a, b) => a + b) / whole - taken / budget) < 0.03, widths.join());
    await page.locator(".manifest details > summary", { hasText: "Left out" }).click();
    await page.locator(".left-out li", { hasText: "Turn" }).first().waitFor();
    await shown.shot("token-bar");
    await page.getByRole("button", { name: /^memory version \d+$/ }).click();
    await tab("Memory").and(page.locator("[aria-selected=true]")).waitFor();
  });

  for (const colorScheme of ["light", "dark"]) {
    await test(`Nothing that axe can see stands in a reader's way, in the memory and in the steps, ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const name of ["Memory", "Steps"]) {
        await tab(name).click();
        await page.locator(name === "Memory" ? ".summary" : ".timeline").first().waitFor();
        if (name === "Steps") await page.locator(".timeline .step").first().locator("summary").first().click();
        if (name === "Steps") await page.locator(".token-bar").waitFor();
        await shown.shot(`${name.toLowerCase()}-${colorScheme}`);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run({ exclude: [".markdown"] }));
        assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target).join(" | ")}`), []);
      }
    });
  }

  await test("On a phone the panel is a drawer that makes way for the turn, and is found again as it was", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("button", { name: "Steps and memory" }).click();
    await tab("Memory").click();
    await page.getByRole("button", { name: /^Version 1\b/ }).click();
    await until("version 1", current, (name) => name === "Version 1");
    await shown.shot("phone-memory");
    assert.ok(await page.locator("dialog[open]").evaluate((e) => e.scrollWidth <= e.clientWidth), "the drawer scrolls sideways");
    await page.locator(".summary").getByRole("button", { name: "Go to turn 1" }).first().click();
    await until("the turn", () => page.evaluate(() => document.activeElement?.id), (id) => id === "turn-1");
    assert.equal(await page.locator("dialog[open]").count(), 0);
    await page.getByRole("button", { name: "Steps and memory" }).click();
    assert.equal(await current(), "Version 1");
    await page.getByRole("button", { name: "Close steps and memory" }).click();
  });

  await test("Nothing of the memory was refused by the page's own policy, and no script failed", async () => {
    faults.push(...(await page.evaluate(() => window.violations)));
    assert.deepEqual(faults, []);
  });

  await context.close();
  await program.kill();
  writer.close();
}
