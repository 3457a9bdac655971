import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { newPage, ui, until } from "./browser.mjs";
import { freePort, Program } from "./program.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const newThread = () => `thr_${[...randomBytes(32)].map((b) => "abcdefghijklmnopqrstuvwxyz234567"[b & 31]).join("")}`;
const many = 130;

/** Finding what one has said: the list to its end, names, pins, the archive, deleting, unread marks, search, the theme. */
export async function finding({ test, browser, canary, folder }) {
  const data = `${folder}/finding`;
  mkdirSync(data);
  const program = new Program(data, await freePort(), { Models__default__Pace: "0" });
  await program.start();
  const call = (method, path, body) =>
    fetch(program.url + path, { method, headers: { "Content-Type": "application/json" }, ...(body ? { body: JSON.stringify(body) } : {}) });
  const post = async (input, id = newThread()) => {
    const answer = await call("POST", `/v1/threads/${id}/messages`, { input });
    assert.equal(answer.status, 202, await answer.text());
    await until(`an answer to ${input}`, async () => (await (await call("GET", `/v1/threads/${id}`)).json()).activeRunId, (run) => run == null, 60_000);
    return id;
  };

  const first = await post("The very first conversation");
  for (let n = 1; n < many; n += 10) await Promise.all(Array.from({ length: Math.min(10, many - n) }, (_, i) => post(`Conversation ${n + i}`)));
  const hostile = await post(`<img src="http://canary.test:${canary.port}/x" onerror="alert(1)"> \u202etitle`);
  const wombat = await post("What is a wombat?");
  await post("多久能退款？", wombat);

  const faults = [];
  const context = await browser.newContext({ viewport: { width: 1380, height: 860 } });
  const page = await newPage(context, faults);
  const requests = [];
  page.on("request", (r) => requests.push(`${r.method()} ${new URL(r.url()).pathname}`));
  const list = page.getByRole("navigation", { name: "Conversations" });
  const row = (title) => list.getByRole("link", { name: title });
  const choose = async (title, item) => {
    await row(title).hover();
    await list.getByRole("button", { name: `Actions for ${title}` }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  const group = (name) => list.getByRole("region", { name }).getByRole("link").allInnerTexts();
  const search = page.getByRole("combobox", { name: /^Search/ });
  const focusHere = () => page.evaluate(() => window.dispatchEvent(new Event("focus")));
  const focused = () => page.evaluate(() => document.activeElement.textContent || document.activeElement.getAttribute("aria-label"));

  await test("The list has the newest first, and goes on to the first conversation with few nodes in the document", async () => {
    await page.goto(program.url);
    await row("What is a wombat?").waitFor();
    assert.match((await group("Today"))[0], /What is a wombat\?/);
    await ui(page).shot("finding");
    await until("the end of the list", async () => {
      await page.evaluate(() => document.querySelector(".list-body").scrollTo(0, 1e9));
      return row("The very first conversation").count();
    });
    assert.ok((await page.evaluate(() => document.querySelectorAll("*").length)) < 1500);
    await page.evaluate(() => document.querySelector(".list-body").scrollTo(0, 0));
    await row("What is a wombat?").waitFor();
  });

  await test("Keyboard alone: through the list to its ends, into a conversation, and back to the list", async () => {
    await row("What is a wombat?").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await until("the last row", focused, (text) => text.startsWith("The very first conversation"));
    await page.keyboard.press("Home");
    await until("the first row", focused, (text) => text.startsWith("What is a wombat?"));
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(wombat));
  });

  await test("A conversation is renamed in the list, in its header and elsewhere, and has its name after a reload", async () => {
    const begin = async () => {
      await page.keyboard.press("F2");
      await list.getByRole("textbox").waitFor();
      await page.keyboard.type("Animals");
    };
    await row("What is a wombat?").focus();
    await begin();
    await page.keyboard.press("Escape");
    await until("the focus on the row", focused, (text) => text.startsWith("What is a wombat?"));
    await begin();
    await page.keyboard.press("Enter");
    await row("Animals").waitFor();
    await page.locator("h1", { hasText: "Animals" }).waitFor();
    await page.locator("h1 button").click();
    await page.getByRole("textbox", { name: "Title" }).waitFor();
    await page.keyboard.type("Wombats");
    await page.keyboard.press("Enter");
    await row("Wombats").waitFor();
    await until("the focus on the title", focused, (text) => text === "Wombats");
    assert.equal((await call("PATCH", `/v1/threads/${wombat}`, { title: "Marsupials" })).status, 200);
    await page.locator("h1", { hasText: "Marsupials" }).waitFor();
    await row("Marsupials").waitFor();
    await page.reload();
    await row("Marsupials").waitFor();
  });

  await test("What is pinned stands above the days, also when it is old", async () => {
    await call("PATCH", `/v1/threads/${first}`, { pinned: true });
    await choose("Marsupials", "Pin");
    await until("both pinned", () => group("Pinned"), (titles) => titles.length === 2 && titles[0].startsWith("Marsupials"));
    await page.reload();
    await until("both pinned", () => group("Pinned"), (titles) => titles.length === 2);
    await choose("Marsupials", "Unpin");
    await until("one pinned", () => group("Pinned"), (titles) => titles.length === 1);
  });

  await test("What is archived is found in the archive, and comes back", async () => {
    await choose("Conversation 129", "Archive");
    await row("Conversation 129").waitFor({ state: "detached" });
    await list.getByRole("button", { name: "Archive", exact: true }).click();
    await row("Conversation 129").waitFor();
    await ui(page).shot("finding-archive");
    await choose("Conversation 129", "Take out of the archive");
    await row("Conversation 129").waitFor({ state: "detached" });
    await list.getByRole("button", { name: "Back to the list" }).click();
    await row("Conversation 129").waitFor();
  });

  await test("A deletion can be taken back; else it is sent, also when the page is closed before", async () => {
    const threads = await (await call("GET", "/v1/threads?limit=500")).json();
    const idOf = (title) => threads.items.find((t) => t.title === title).id;
    const exists = async (title) => (await call("GET", `/v1/threads/${idOf(title)}`)).status;
    await choose("Conversation 128", "Delete");
    await row("Conversation 128").waitFor({ state: "detached" });
    await ui(page).shot("finding-undo");
    await page.getByRole("button", { name: "Undo" }).last().click();
    await row("Conversation 128").waitFor();
    assert.equal(await exists("Conversation 128"), 200);
    await choose("Conversation 127", "Delete");
    await page.getByRole("button", { name: "Close this notice" }).last().click();
    await until("that it is deleted", () => exists("Conversation 127"), (status) => status === 404 || status === 410);
    await choose("Conversation 126", "Delete");
    await page.reload();
    await until("that it is deleted", () => exists("Conversation 126"), (status) => status === 404 || status === 410);
    await focusHere();
    await row("Conversation 126").waitFor({ state: "detached" });
  });

  await test("What was deleted elsewhere leaves the list when somebody looks at the page again", async () => {
    await row("Conversation 125").waitFor();
    const { items } = await (await call("GET", "/v1/threads?limit=500")).json();
    assert.equal((await call("DELETE", `/v1/threads/${items.find((t) => t.title === "Conversation 125").id}`)).status, 204);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await focusHere();
    await row("Conversation 125").waitFor({ state: "detached" });
  });

  await test("An answer that nobody has looked at is marked until it is", async () => {
    await page.getByRole("link", { name: "New", exact: true }).click();
    await post("Answered elsewhere");
    await list.locator(".unread", { hasText: "Answered elsewhere" }).waitFor();
    await ui(page).shot("finding-unread");
    await row("Answered elsewhere").click();
    await until("that it is read", () => list.locator(".unread").count(), (count) => count === 0);
    await page.reload();
    await row("Answered elsewhere").waitFor();
    assert.equal(await list.locator(".unread").count(), 0);
  });

  await test("Ctrl+K finds two characters of a text, marks them, and leads to the turn", async () => {
    await page.keyboard.press("Control+k");
    const palette = page.getByRole("dialog", { name: "Search and commands" });
    await search.fill("退款");
    await palette.locator("mark", { hasText: "退款" }).first().waitFor();
    await ui(page).shot("finding-search");
    await page.evaluate(axe);
    assert.deepEqual((await page.evaluate(() => window.axe.run("dialog.palette"))).violations.map((v) => v.id), []);
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`${wombat}\\?turn=2`));
    await until("the focus on the turn", () => page.evaluate(() => document.activeElement.id), (id) => id === "turn-2");
  });

  await test("The palette has commands, and Escape gives the focus back to where it was", async () => {
    await page.getByRole("textbox", { name: /^Message/ }).fill("Half a thought");
    await page.keyboard.press("Control+k");
    await search.fill("theme dark");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    await page.keyboard.press("Control+k");
    await search.waitFor();
    await page.keyboard.press("Escape");
    await search.waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "TEXTAREA");
    assert.equal(await page.getByRole("textbox", { name: /^Message/ }).inputValue(), "Half a thought");
  });

  await test("A theme that was chosen is there before anything is drawn", async () => {
    const other = await newPage(context, faults);
    await other.addInitScript(() => {
      const seen = (window.themes = []);
      requestAnimationFrame(function look() {
        if (document.body) seen.push(document.documentElement.dataset.theme);
        if (seen.length < 20) requestAnimationFrame(look);
      });
    });
    await other.goto(program.url);
    await until("twenty frames", () => other.evaluate(() => window.themes.length), (count) => count === 20);
    assert.deepEqual(await other.evaluate(() => [...new Set(window.themes)]), ["dark"]);
    await other.getByRole("radio", { name: "Same as system" }).check({ force: true });
    await page.waitForFunction(() => document.documentElement.dataset.theme === undefined);
    await other.close();
  });

  await test("A name is text, whatever it says", async () => {
    await page.goto(`${program.url}/#/t/${hostile}`);
    await page.locator("h1", { hasText: "<img src=" }).waitFor();
    await page.keyboard.press("Control+k");
    await search.fill("<img src");
    await page.locator(".option", { hasText: "<img src" }).first().waitFor();
    await ui(page).shot("finding-hostile");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("nav img:not([src='/icon.svg']), main img, dialog img").count(), 0);
  });

  await test("A page that nobody touches asks for nothing", async () => {
    await page.goto("about:blank");
    await page.goto(program.url);
    await row("Marsupials").waitFor();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    requests.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 4000));
    assert.deepEqual(requests, []);
  });

  await test("While the service is away the page says why, and then goes on with the list as it is", async () => {
    await program.kill();
    await page.getByText("the service cannot be reached").waitFor();
    await ui(page).shot("finding-away");
    await program.start();
    await page.getByText("the service cannot be reached").waitFor({ state: "detached", timeout: 30_000 });
    await post("After the restart");
    await row("After the restart").waitFor();
  });

  for (const colorScheme of ["light", "dark"]) {
    await test(`Nothing that axe can see stands in a reader's way, ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target).join(" | ")}`), []);
      await ui(page).shot(`finding-${colorScheme}`);
    });
  }

  await test("On a phone, and at 200 %, the list is a drawer with everything in it", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("button", { name: "Conversations" }).click();
    const drawer = page.getByRole("dialog", { name: "Conversations" });
    await drawer.getByRole("link", { name: "Marsupials" }).waitFor();
    await drawer.getByRole("button", { name: "Actions for Marsupials" }).click();
    await ui(page).shot("finding-phone");
    await page.keyboard.press("Escape");
    assert.equal(await page.getByRole("menu").count(), 0);
    await drawer.waitFor();
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "hidden" });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page scrolls sideways");
    await page.setViewportSize({ width: 690, height: 430 });
    await page.getByRole("button", { name: "Conversations" }).click();
    await drawer.getByRole("link", { name: "Marsupials" }).waitFor();
    await ui(page).shot("finding-zoomed");
    await page.keyboard.press("Escape");
  });

  await test("Nothing was refused by the page's own policy, and no script failed", async () => {
    faults.push(...(await page.evaluate(() => window.violations)));
    assert.deepEqual(faults, []);
  });

  await context.close();
  await program.kill();
}
