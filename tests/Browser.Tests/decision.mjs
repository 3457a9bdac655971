import { strict as assert } from "node:assert";
import { mkdirSync } from "node:fs";
import { FakeService } from "../../clients/typescript/test/fakeService.mjs";
import { newPage, ui, until } from "./browser.mjs";
import { freePort, Program } from "./program.mjs";

const threadId = "thr_decisiondecisiondecision";

/** A call of unknown outcome. The page is the real one, the events are played: the program's own tools never end like this. */
export async function decision({ test, browser, folder }) {
  const data = `${folder}/decision`;
  mkdirSync(data);
  const program = new Program(data, await freePort());
  await program.start();
  const service = new FakeService();
  await service.listen();
  const commands = [];
  service.onCommand = (runId, command, body) => commands.push({ runId, command, ...body });
  let seq = 0;
  const run = (type, body) => service.run(threadId, { runId: "run_1", seq: ++seq, at: new Date().toISOString(), type, data: body });
  service.fact(threadId, "thread.created", { title: "A refund" });
  service.fact(threadId, "turn.accepted", { turn: 1, runId: "run_1", messageId: "m1", start: { agent: "shop", input: "Refund order A-1042." } });
  service.thread(threadId).run = { id: "run_1", agent: "shop", model: "default", status: "running", head: 0, input: "Refund order A-1042." };
  const call = { callId: "call_1_1", providerCallId: "p", tool: "refund_order", arguments: { order: "A-1042", amount: 59.9 } };
  const usage = { inputTokens: 10, outputTokens: 5 };
  run("run.created", { agent: "shop", definition: "sha256:0", model: "default", input: "Refund order A-1042.", principal: {}, budget: {} });
  run("run.started", {});
  run("model.started", { step: 1, attempt: 1, model: "default", reserved: 1, context: {} });
  run("model.completed", { step: 1, attempt: 1, content: [{ type: "reasoning", text: "The order exists." }, { type: "text", text: "I refund it." }], toolCalls: [call], usage, finishReason: "tool_calls", contextTokens: 1, requestHash: "x" });
  run("tool.started", { step: 2, callId: call.callId, tool: call.tool, arguments: call.arguments, attempt: 1, idempotencyKey: "k" });
  run("decision.requested", { callId: call.callId, text: "The process ended while refund_order was running. Nobody knows whether it took effect.", retryFrom: new Date(Date.now() + 600_000).toISOString() });

  const faults = [];
  const context = await browser.newContext({ viewport: { width: 1380, height: 860 } });
  const page = await newPage(context, faults);
  await page.route("**/v1/**", (route) => route.continue({ url: route.request().url().replace(program.url, service.url) }));
  // The program's own hub knows nothing of this thread.
  await page.routeWebSocket("**/hubs/**", (socket) => socket.close());
  await page.clock.install();
  await page.goto(`${program.url}/#/t/${threadId}`);

  await test("A call of unknown outcome asks somebody, and offers a retry only when it is time", async () => {
    await page.getByText("Nobody knows whether it took effect").waitFor();
    await ui(page).standing("Needs you");
    assert.equal(await page.getByRole("button", { name: /^Retry in/ }).isDisabled(), true);
    await until("the thread first in the list", () => page.locator("nav h2").first().innerText(), (t) => t === "Waiting for you");
    await ui(page).shot("waiting");
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await ui(page).shot("waiting-dark");
    await page.clock.fastForward("10:00");
    await until("the retry", () => page.getByRole("button", { name: "Retry the call" }).isEnabled().catch(() => false));
  });

  await test("The answer goes to the call, once, and the run goes on", async () => {
    await page.getByRole("textbox", { name: /what it returned/ }).fill("Refund 77 was made.");
    await page.getByRole("button", { name: "Skip: it is done" }).click();
    await until("the command", () => commands.length);
    run("decision.resolved", { callId: call.callId, decision: "skip", result: "Refund 77 was made.", by: "local" });
    await ui(page).standing("Working");
    await page.locator(".tool.skipped").waitFor();
    assert.deepEqual(commands, [{ runId: "run_1", command: "resolve", decision: "skip", result: "Refund 77 was made.", callId: "call_1_1" }]);
    assert.deepEqual(faults, []);
  });

  await context.close();
  await program.kill();
  await service.close();
}
