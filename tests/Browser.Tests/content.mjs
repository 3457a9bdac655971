import { strict as assert } from "node:assert";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { newPage, ui, until } from "./browser.mjs";
import { ModelServer } from "./modelServer.mjs";
import { freePort, Program } from "./program.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const host = "http://canary.test";
const zalgo = `Z${"\u0301\u0302\u0303\u0304\u0306\u0307\u0308".repeat(12)}algo`;

const rich = `# Everything

Text with *emphasis*, \`code\`, [a link](https://example.com) and a note[^1].

\`\`\`csharp
public int Answer() => 42; // ${"a long comment ".repeat(20)}
\`\`\`

| Name | Size |${" More |".repeat(12)}
|---|--:|${"---|".repeat(12)}
| one | 1 |${" value |".repeat(12)}

- [x] done
- [ ] open

It costs $5 to $10, and \\(a^2\\) is a square.

$$
\\sum_{i=1}^{n} x_i
$$

\`\`\`mermaid
flowchart LR
  a[Start] --> b[End]
\`\`\`

[^1]: The note.

That was all.`;

const hostile = [
  `<script>window.stolen = 1</script> <img src=x onerror="alert(1)"> <style>@import "${host}/css";</style>`,
  "[a trap](javascript:alert(1)) ![data](data:image/svg+xml,<svg onload=alert(1)>) [x](data:text/html,y)",
  "\u202Eright to left\u202C and " + zalgo,
  `${">".repeat(2_000)} deep`,
  `$$\n\\href{javascript:alert(1)}{x} \\includegraphics{${host}/math.png}\n$$\n\n$$\n\\def\\a{\\a\\a}\\a\n$$\n\n$$\n\\rule{9999em}{9999em}\n$$`,
  `\`\`\`js\n${"x".repeat(3_000)} // \u202E\n\`\`\``,
  `| ${"a | ".repeat(60)}\n| ${"- | ".repeat(60)}\n| ${"wide | ".repeat(60)}`,
  `${"word".repeat(800)}`,
  `\`\`\`mermaid\n%%{init: {"securityLevel": "loose", "htmlLabels": true, "themeCSS": "* { background: url(${host}/theme) }"}}%%\nflowchart LR\n  a["<img src='${host}/label' onerror='alert(1)'>"] --> b["<script>parent.stolen = 1</script>"]\n  click a "javascript:alert(1)"\n  click b href "${host}/click"\n\`\`\``,
  "That was all.",
].join("\n\n");

/** Code, tables, math and diagrams; and texts that use them against the page. */
export async function content({ test, browser, canary, folder }) {
  const data = `${folder}/content`;
  mkdirSync(data);
  const model = new ModelServer();
  await model.listen();
  const program = new Program(data, await freePort(), { Models__default__Provider: "openai", Models__default__Endpoint: model.url, Models__default__Model: "scripted" });
  await program.start();
  const faults = [];
  const context = await browser.newContext({ viewport: { width: 1380, height: 860 }, permissions: ["clipboard-read", "clipboard-write"] });
  const foreign = [];
  context.on("request", (request) => {
    if (!request.url().startsWith(program.url) && !/^(data|blob):/.test(request.url())) foreign.push(request.url());
  });
  const page = await newPage(context, faults);
  const shown = ui(page);
  await page.goto(program.url);
  const ask = async (text) => {
    model.answers = [{ text, pace: 2 }];
    await shown.ask("Go on.");
    await until("the whole answer", () => page.locator(".message.agent").last().innerText(), (t) => t.includes("That was all."), 60_000);
  };
  const sound = async (name) => {
    // Colours on their way from one scheme to the other are nobody's.
    await page.evaluate(() => Promise.all(document.getAnimations().filter((a) => a.effect?.getTiming().iterations !== Infinity).map((a) => a.finished.catch(() => {}))));
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    assert.deepEqual(violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 200)}`), [], name);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}: the page scrolls sideways`);
  };
  const innocent = async () => {
    assert.deepEqual(foreign, []);
    assert.equal(canary.connections, 0);
    assert.equal(await page.evaluate(() => window.stolen), undefined);
    faults.push(...(await page.evaluate(() => window.violations)));
    assert.deepEqual(faults, []);
  };

  await test("One can type before anything is there that draws texts", async () => {
    const files = await page.evaluate(() => performance.getEntriesByType("resource").map((e) => new URL(e.name).pathname));
    assert.deepEqual(files.filter((f) => /diagram|typeset|highlight|KaTeX/.test(f)), []);
  });

  await test("Code, tables, tasks, notes and formulas are drawn", async () => {
    await ask(rich);
    await page.locator(".code .hljs-keyword").first().waitFor();
    await page.locator(".math .katex").first().waitFor();
    assert.equal(await page.locator(".math").count(), 2);
    assert.match(await shown.answer(), /It costs \$5 to \$10/);
    assert.equal(await page.locator(".tasks .check").count(), 2);
    await page.getByRole("button", { name: "Note 1", exact: true }).press("Enter");
    assert.match(await page.evaluate(() => document.activeElement.textContent), /The note\./);
    await shown.shot("content");
    await sound("light");
  });

  await test("Code is copied as it is, and a screen reader hears it", async () => {
    const button = page.getByRole("button", { name: "Copy code" }).first();
    await button.press("Enter");
    await page.locator(".code .copy [role=status]", { hasText: "Copied" }).first().waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^public int Answer\(\) => 42;/);
  });

  await test("A diagram is drawn when somebody asks, as an image", async () => {
    await page.getByRole("button", { name: "Show diagram" }).press("Enter");
    const image = page.getByRole("img", { name: "Diagram: flowchart" });
    await image.waitFor();
    assert.ok(await image.evaluate(async (e) => { await e.decode(); return e.naturalWidth > 50; }));
    assert.equal(await page.locator("iframe").count(), 0);
    await shown.shot("diagram");
    await innocent();
  });

  await test("In the dark, on a phone and at 200 % nothing is lost", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await sound("dark");
    await page.getByRole("img", { name: "Diagram: flowchart" }).waitFor();
    await shown.shot("content-dark");
    for (const [name, width] of [["phone", 390], ["200 %", 690]]) {
      await page.setViewportSize({ width, height: 844 });
      await sound(name);
      await shown.shot(`content-${width}`);
    }
    await page.setViewportSize({ width: 1380, height: 860 });
    await page.emulateMedia({ colorScheme: "light" });
  });

  await test("A text that is made against the page runs nothing, loads nothing and breaks nothing", async () => {
    await ask(hostile);
    const last = page.locator(".message.agent").last();
    await until("the formulas", () => last.locator(".math").count(), (n) => n >= 3);
    assert.equal(await last.locator("img, script, style, iframe, link, [onerror], h1, h2, h3").count(), 0);
    for (const link of await last.locator("a").evaluateAll((all) => all.map((a) => a.protocol))) assert.match(link, /^(https?|mailto):$/);
    await last.getByText("hidden characters").waitFor();
    await sound("hostile");
    await shown.shot("content-hostile");
    await innocent();
  });

  await test("A diagram that is made against the page is an image, or words about why it is none", async () => {
    const last = page.locator(".message.agent").last();
    await last.getByRole("button", { name: "Show diagram" }).click();
    await last.locator(".picture img, .diagram .failure").first().waitFor({ timeout: 20_000 });
    await shown.shot("diagram-hostile");
    // The library puts a label into its own document, whose policy then refuses the handler in it.
    faults.splice(0, faults.length, ...faults.filter((f) => !f.startsWith("console: Executing inline event handler")));
    await innocent();
  });

  await context.close();
  await program.kill();
  model.close();
}
