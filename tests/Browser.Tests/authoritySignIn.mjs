import { strict as assert } from "node:assert";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Authority, audience } from "./authority.mjs";
import { newPage, ui, until } from "./browser.mjs";
import { freePort, Program } from "./program.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** People who sign in at an authority: once for all tabs, renewed by itself, out in all tabs. */
export async function authoritySignIn({ test, browser, folder }) {
  const data = `${folder}/authority`;
  mkdirSync(data);
  const authority = new Authority();
  const port = await freePort();
  await authority.listen(`http://127.0.0.1:${port}`);
  const settings = { Authority: authority.url, Audience: audience, SignIn__ClientId: "page", SignIn__Scope: "openid offline_access agents" };
  const program = new Program(data, port, {
    Models__default__Pace: "2", Logging__LogLevel__Default: "Trace", Logging__LogLevel__Microsoft: "Trace",
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [`Auth__Jwt__${name}`, value])),
  });
  await program.start();
  const faults = [];
  const context = await browser.newContext({ viewport: { width: 1380, height: 860 } });
  const tokens = new Set();
  context.on("request", (request) => tokens.add(request.headers().authorization?.replace("Bearer ", "")));
  const page = await newPage(context, faults);
  const shown = ui(page);
  const signedIn = (on) => on.getByText("Signed in as ada of default").waitFor();
  const signInAt = async (on) => {
    await on.getByRole("textbox", { name: "Enter any login" }).or(on.locator("input[name=login]")).fill("ada");
    await on.locator("input[name=password]").fill("any");
    await on.getByRole("button", { name: "Sign-in" }).click();
    await on.getByRole("button", { name: "Continue" }).click();
  };

  await test("The page sends people to the authority, and they come back to where they were, signed in", async () => {
    await page.goto(`${program.url}/#/runs`);
    await page.getByText("Use an access key instead").click();
    await page.getByLabel("Access key or token").waitFor();
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run());
    assert.deepEqual(violations.map((v) => v.id), []);
    await shown.shot("authority");
    await page.getByRole("button", { name: `Sign in at ${new URL(authority.url).host}` }).click();
    await signInAt(page);
    await signedIn(page);
    assert.equal(page.url(), `${program.url}/#/runs`);
    assert.deepEqual(authority.given, ["authorization_code"]);
    await page.goto(`${program.url}/#/`);
    await shown.ask("What happens to a tool call when the process dies?");
    await until("the first words", shown.answer, (t) => t.length > 20);
  });

  let second;
  await test("Another tab is signed in with the first, and asks nobody", async () => {
    second = await newPage(context, faults);
    await second.goto(page.url());
    await signedIn(second);
    assert.deepEqual(authority.given, ["authorization_code"]);
  });

  await test("A reload of the last tab that is left signs in again, and nobody is asked", async () => {
    await second.close();
    await page.reload();
    await signedIn(page);
    await until("the words again", shown.answer, (t) => t.length > 20);
    assert.match(page.url(), /#\/t\/thr_/);
    assert.deepEqual(authority.given, ["authorization_code", "authorization_code"]);
  });

  await test("A token is renewed before it ends, once for both tabs, and both go on to work", async () => {
    second = await newPage(context, faults);
    await second.goto(page.url());
    await signedIn(second);
    // The next ones hold for a few seconds; the first of them comes with a reload, as the others do by themselves.
    authority.lasts = 24;
    await second.close();
    await page.reload();
    await signedIn(page);
    second = await newPage(context, faults);
    await second.goto(page.url());
    await signedIn(second);
    authority.given.length = 0;
    await until("a renewal", () => authority.given.length, Boolean, 60_000);
    await ui(second).ask("And a model call?");
    await until("an answer in the other tab", () => page.getByText("And a model call?").count());
    // Not one for each tab, and not one after the other.
    assert.ok(authority.given.length <= 2 && authority.given.every((grant) => grant === "refresh_token"), authority.given.join());
  });

  await test("While the authority is away the page goes on as long as its token does, then asks, and signing in again happens beside it", async () => {
    const draft = page.getByRole("textbox", { name: /^Message/ });
    await draft.fill("Half a thought");
    authority.away = true;
    // Nothing is refused before somebody asks for something.
    await page.getByRole("heading", { name: "Sign in again" }).waitFor({ timeout: 60_000 });
    // Else it renews by itself, and nobody has to do anything.
    authority.renewsNoLonger = true;
    authority.away = false;
    authority.lasts = 3600;
    const [beside] = await Promise.all([context.waitForEvent("page"), page.getByRole("button", { name: /^Sign in at/ }).click()]);
    // The authority still knows them.
    await page.getByRole("heading", { name: "Sign in again" }).waitFor({ state: "detached" });
    await until("the window is closed", () => beside.isClosed());
    assert.equal(await draft.inputValue(), "Half a thought");
    await second.getByRole("heading", { name: "Sign in again" }).waitFor({ state: "detached" });
  });

  await test("Who signs out in one tab is signed out in both, and nothing of it is kept", async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    for (const tab of [page, second]) {
      await tab.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
      assert.equal(await tab.evaluate(() => Object.keys(sessionStorage).length + (localStorage.getItem("orleans-agents.authority") === null ? 0 : 1)), 0);
    }
    await page.reload();
    await page.getByRole("button", { name: /^Sign in at/ }).waitFor();
  });

  await test("A code that nobody asked for signs nobody in, and a refusal is told in words", async () => {
    const stranger = await newPage(await browser.newContext(), faults);
    await stranger.goto(`${program.url}/?code=stolen&state=guessed`);
    await stranger.getByRole("button", { name: /^Sign in at/ }).waitFor();
    assert.equal(new URL(stranger.url()).search, "");
    await stranger.getByRole("button", { name: /^Sign in at/ }).click();
    await stranger.getByRole("link", { name: /Cancel/ }).click();
    await stranger.getByText("Signing in did not succeed: the sign-in server answered").waitFor();
    await ui(stranger).shot("authority-refused");
    await stranger.context().close();
  });

  await test("No token was in a line of the log, and no script failed", async () => {
    tokens.delete(undefined);
    assert.ok(tokens.size >= 4, `${tokens.size} tokens`);
    for (const token of tokens) assert.equal(program.output.includes(token), false);
    assert.deepEqual(faults, []);
  });

  await context.close();
  await program.kill();
  authority.close();
}
