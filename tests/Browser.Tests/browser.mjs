import { mkdirSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const folder = mkdtempSync(join(tmpdir(), "browser-tests-"));
export const shots = join(folder, "screenshots");
mkdirSync(shots);

/** The foreign host `canary.test`, to which all hostile text points: whoever connects is a leak, even without a request. */
export class Canary {
  constructor() {
    this.connections = 0;
    this.server = createServer((socket) => {
      this.connections++;
      socket.destroy();
    });
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.port = this.server.address().port;
  }
}

export const launch = (canary) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", `--host-resolver-rules=MAP canary.test 127.0.0.1:${canary.port}`,
    ],
  });

/** A page that keeps count of everything that it must not do. */
export async function newPage(context, faults) {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.addInitScript(() => {
    window.violations = [];
    addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (message.type() === "error" && /Content.Security.Policy|Refused to/i.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  return page;
}

/** What a person sees and does, by the names that a screen reader tells. */
export const ui = (page) => ({
  ask: async (text) => {
    await page.getByRole("textbox", { name: /^Message/ }).fill(text);
    await page.keyboard.press("Enter");
  },
  answer: () => page.locator(".message.agent .markdown").allInnerTexts().then((all) => all.join("\n")),
  asked: () => page.locator(".message.user .bubble").allInnerTexts(),
  standing: (word) => page.locator(".bar .pill", { hasText: word }).waitFor(),
  shot: (name) => page.screenshot({ path: join(shots, `${name}.png`) }),
});

export async function until(what, ask, holds = Boolean, patience = 20_000) {
  const end = Date.now() + patience;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (Date.now() > end) throw new Error(`Waited ${patience / 1000} s for ${what}; last seen: ${JSON.stringify(value)?.slice(0, 400)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
