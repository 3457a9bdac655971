import { strict as assert } from "node:assert";
import { FakeService } from "../../clients/typescript/test/fakeService.mjs";
import { newPage, ui, until } from "./browser.mjs";

const threadId = "thr_longlonglonglonglonglong";
const turns = 400;
const calls = 2000;

/** A conversation of many turns and thousands of tool calls. The events are played. */
export async function longTalk({ test, context, program, faults }) {
  const service = new FakeService();
  await service.listen();
  service.fact(threadId, "thread.created", { title: "Long" });
  for (let n = 1; n <= turns; n++) play(service, n, n === turns ? calls : 0);
  const page = await newPage(context, faults);
  // The program's own hub knows nothing of this thread.
  await page.routeWebSocket("**/hubs/**", (socket) => socket.close());
  await page.route("**/v1/**", (route) => route.continue({ url: route.request().url().replace(program.url, service.url) }));
  await page.goto(`${program.url}/#/t/${threadId}`);
  const nodes = () => page.evaluate(() => document.querySelectorAll(".messages *").length);
  const scroll = (to) => page.locator(".viewport").evaluate((v, to) => {
    // A reader scrolls with something.
    v.dispatchEvent(new WheelEvent("wheel", { bubbles: true }));
    v.scrollTop = to === "end" ? v.scrollHeight : to;
  }, to);
  const top = (text) => page.locator(".message", { hasText: text }).first().evaluate((e) => e.getBoundingClientRect().top);

  await test("A long conversation has a bounded number of elements, wherever one is in it", async () => {
    await page.getByText(`Answer ${turns}.`, { exact: true }).waitFor();
    const counts = [];
    for (const to of ["end", 20_000, 0, 40_000, "end"]) {
      await scroll(to);
      await page.waitForFunction(() => {
        const view = document.querySelector(".viewport").getBoundingClientRect();
        return [...document.querySelectorAll(".message")].some((m) => m.getBoundingClientRect().bottom > view.top && m.getBoundingClientRect().top < view.bottom);
      });
      counts.push(await nodes());
    }
    assert.ok(Math.max(...counts) < 3000, `${counts}`);
    await page.locator(".group > summary").last().click();
    await page.getByRole("button", { name: /^Show 50 more of/ }).waitFor();
    assert.ok((await nodes()) < 4000);
    await ui(page).shot("long");
    await page.locator(".group > summary").last().click();
  });

  await test("What is read stays where it is while what is above it is drawn", async () => {
    await scroll(0);
    await page.getByText("Answer 1.", { exact: true }).waitFor();
    await page.getByRole("button", { name: "To the newest message" }).click();
    await page.getByText(`Answer ${turns}.`, { exact: true }).waitFor();
    for (let n = 0; n < 40; n++) {
      const before = await page.evaluate(() => {
        const view = document.querySelector(".viewport").getBoundingClientRect();
        const seen = [...document.querySelectorAll(".message.user")].find((m) => m.getBoundingClientRect().top > view.top + 100);
        return { text: seen?.innerText.trim(), top: seen?.getBoundingClientRect().top };
      });
      if (!before.text) break;
      await page.locator(".viewport").evaluate((v) => (v.scrollTop -= 300));
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 30))));
      const moved = (await top(before.text)) - before.top;
      assert.ok(Math.abs(moved - 300) < 3, `${before.text} moved by ${moved}`);
    }
  });

  await test("The keyboard comes to every answer, without a gap", async () => {
    await scroll("end");
    // The rows of the end are drawn with the next frame.
    await page.getByText(`Answer ${turns}.`, { exact: true }).waitFor();
    await page.getByRole("textbox", { name: "Message" }).focus();
    const seen = new Set();
    for (let n = 0; n < 120; n++) {
      await page.keyboard.press("Shift+Tab");
      const number = await page.evaluate(() => {
        const end = document.activeElement.closest(".end");
        const rows = [...document.querySelectorAll(".message.agent, .end")];
        return end && Number(/Answer (\d+)\./.exec(rows[rows.indexOf(end) - 1]?.textContent)?.[1]);
      });
      if (number) seen.add(number);
    }
    const found = [...seen].sort((a, b) => b - a);
    assert.ok(found.length >= 20, `${found}`);
    assert.deepEqual(found, Array.from({ length: found.length }, (_, n) => turns - n));
  });

  await test("A link to a turn that is not drawn leads to it", async () => {
    await scroll("end");
    await until("the anchor", () => page.locator("#turn-7").count());
    await page.evaluate(() => {
      const turn = document.getElementById("turn-7");
      turn.focus({ preventScroll: true });
      turn.scrollIntoView({ block: "start" });
    });
    await until("the turn", () => page.evaluate(() => document.activeElement.innerText?.trim()), (t) => t === "Question 7?");
    await page.getByText("Answer 7.", { exact: true }).waitFor();
  });

  await page.close();
  await service.close();
}

function play(service, n, calls) {
  const runId = `run_${n}`;
  let seq = 0;
  const run = (type, data) => service.run(threadId, { runId, seq: ++seq, at: new Date(1e12 + n * 1e5 + seq).toISOString(), type, data });
  const input = `Question ${n}?`;
  const model = (step, content, toolCalls) => {
    run("model.started", { step, attempt: 1, model: "default", reserved: 1, context: {} });
    run("model.completed", { step, attempt: 1, content, toolCalls, usage: { inputTokens: 1, outputTokens: 1 }, finishReason: toolCalls.length > 0 ? "tool_calls" : "stop", contextTokens: 1, requestHash: "x" });
  };
  service.fact(threadId, "turn.accepted", { turn: n, runId, messageId: `m${n}`, agent: "docs", input });
  run("run.created", { agent: "docs", definition: "sha256:0", model: "default", input, principal: {}, budget: {} });
  run("run.started", {});
  let step = 1;
  for (; step < calls * 2; step += 2) {
    const callId = `call_${step}_1`;
    model(step, [], [{ callId, providerCallId: "p", tool: "search", arguments: { q: step } }]);
    run("tool.started", { step: step + 1, callId, tool: "search", arguments: { q: step }, attempt: 1, idempotencyKey: "k" });
    run("tool.completed", { callId, attempt: 1, result: "found", durationMs: 3 });
  }
  // Of different heights, so that a guess at them is wrong.
  model(step, [{ type: "text", text: `Answer ${n}.${"\n\nMore of it.".repeat((n * 7) % 13)}` }], []);
  run("run.completed", { output: `Answer ${n}.`, usage: {} });
  service.fact(threadId, "turn.ended", { turn: n, runId, status: "completed" });
}
