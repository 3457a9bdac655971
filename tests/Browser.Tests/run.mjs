import { strict as assert } from "node:assert";
import { authoritySignIn } from "./authoritySignIn.mjs";
import { Canary, folder, launch, shots } from "./browser.mjs";
import { content } from "./content.mjs";
import { conversation } from "./conversation.mjs";
import { decision } from "./decision.mjs";
import { finding } from "./finding.mjs";
import { injection } from "./injection.mjs";
import { memory } from "./memory.mjs";
import { runs } from "./runs.mjs";
import { signIn } from "./signIn.mjs";
import { starter } from "./starter.mjs";
import { stopping } from "./stopping.mjs";
import { talk } from "./talk.mjs";

const canary = new Canary();
await canary.listen();
const browser = await launch(canary);
let [passed, failed] = [0, 0];

/** One after the other: a later step of a story needs the earlier ones. */
async function test(name, body) {
  try {
    await body();
    passed++;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}\n        ${String(error?.stack ?? error).replaceAll("\n", "\n        ")}`);
  }
}

const wanted = process.argv[2] ?? "";
for (const story of [conversation, injection, decision, signIn, authoritySignIn, stopping, memory, finding, content, runs, talk, starter]) {
  if (!story.name.includes(wanted)) continue;
  await story({ test, browser, canary, folder }).catch((error) => test(story.name, () => { throw error; }));
}

await test("No connection was made to a foreign host", () => assert.equal(canary.connections, 0));
await browser.close();
canary.server.close();
console.log(`\nScreenshots: ${shots}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
