// @vitest-environment node
import { afterEach, expect, test, vi } from "vitest";
import { ResponseBodyError } from "oauth4webapi";
import { SharedSignIn } from "../src/session/oidc/shared.ts";
import type { Authority, Tokens } from "../src/session/oidc/authority.ts";

const authority = {} as Authority;
const tokens = (access: string, more: Partial<Tokens> = {}): Tokens => ({ access, refresh: `refresh-${access}`, since: Date.now(), until: Date.now() + 3_600_000, ...more });
const refusal = () => new ResponseBodyError("refused", { cause: { error: "invalid_grant" }, response: new Response("", { status: 400 }) } as never);

const made: SharedSignIn[] = [];
afterEach(() => made.splice(0).forEach((tab) => tab.close()));

/** Tabs of one browser. The first leads; the next one leads once it has left. */
function browser(renewTokens: (authority: Authority, tokens: Tokens) => Promise<Tokens>) {
  const waiting: (() => void)[] = [];
  const open = () => {
    const seen: (string | undefined)[] = [];
    let begin = () => {};
    const tab = new SharedSignIn(authority, { changed: (t) => seen.push(t?.access), renewTokens, lead: (b) => void (begin = b) });
    waiting.push(() => begin());
    if (made.push(tab) === 1) waiting.shift()!();
    return { tab, seen };
  };
  const leave = (tab: SharedSignIn) => {
    tab.close();
    waiting.shift()?.();
  };
  return { open, leave };
}

const never = () => new Promise<Tokens>(() => {});
const eventually = (look: () => void) => vi.waitFor(look, { timeout: 5000, interval: 10 });

test("A new tab has the tokens of another, and without another it has none", async () => {
  const { open } = browser(never);
  const first = open();
  expect(await first.tab.ask()).toBeUndefined();
  first.tab.give(tokens("a"));
  const second = open();
  expect((await second.tab.ask())?.access).toBe("a");
});

test("One tab renews, and all have what it got; once it is closed, another goes on", async () => {
  const asked: string[] = [];
  const { open, leave } = browser(async (_, { refresh }) => {
    asked.push(refresh!);
    // Two minutes: the next renewal is far away.
    return tokens(`after-${asked.length}`, { until: Date.now() + 120_000 });
  });
  const [first, second, third] = [open(), open(), open()];
  // Three quarters of its time are over soon.
  first.tab.give(tokens("a", { until: Date.now() + 100 }));
  await eventually(() => expect([first, second, third].map((t) => t.seen.at(-1))).toEqual(["after-1", "after-1", "after-1"]));
  expect(asked).toEqual(["refresh-a"]);
  leave(first.tab);
  second.tab.give(tokens("b", { until: Date.now() + 100 }));
  await eventually(() => expect([second, third].map((t) => t.seen.at(-1))).toEqual(["after-2", "after-2"]));
  expect(asked).toEqual(["refresh-a", "refresh-b"]);
});

test("A refused token is renewed by the tab that leads, once for all who ask; one that was given just now is not", async () => {
  let renewals = 0;
  const { open } = browser(async () => tokens(`after-${++renewals}`));
  const [first, second] = [open(), open()];
  second.tab.give(tokens("young"));
  await eventually(() => expect(first.seen).toEqual(["young"]));
  expect(await second.tab.renewed("young")).toBe(false);
  second.tab.give(tokens("old", { since: Date.now() + 1 }));
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 60_000);
  await eventually(() => expect(first.seen.at(-1)).toBe("old"));
  expect(await Promise.all([first.tab.renewed("old"), second.tab.renewed("old"), second.tab.renewed("old")])).toEqual([true, true, true]);
  expect(renewals).toBe(1);
  expect(await second.tab.renewed("old")).toBe(true);
  expect(renewals).toBe(1);
  vi.restoreAllMocks();
});

test("What the authority refuses to renew is not tried again, and everybody is told at once", async () => {
  let tries = 0;
  const { open } = browser(() => {
    tries++;
    return Promise.reject(refusal());
  });
  const [first, second] = [open(), open()];
  first.tab.give(tokens("a", { since: Date.now() - 60_000 }));
  await eventually(() => expect(second.seen).toEqual(["a"]));
  expect(await second.tab.renewed("a")).toBe(false);
  expect(await second.tab.renewed("a")).toBe(false);
  expect(await first.tab.renewed("a")).toBe(false);
  expect(tries).toBe(1);
});

test("Who signs out in one tab is signed out in all, and a renewal under way brings nobody back", async () => {
  let answer = (_: Tokens) => {};
  const { open } = browser(() => new Promise((resolve) => (answer = resolve)));
  const [first, second] = [open(), open()];
  first.tab.give(tokens("a", { since: Date.now() - 60_000 }));
  await eventually(() => expect(second.seen).toEqual(["a"]));
  void second.tab.renewed("a");
  const given = answer;
  await eventually(() => expect(answer).not.toBe(given));
  second.tab.end();
  await eventually(() => expect(first.seen).toEqual(["a", undefined]));
  answer(tokens("late"));
  expect(await open().tab.ask()).toBeUndefined();
  expect(first.seen).toEqual(["a", undefined]);
});
