// @vitest-environment node
import { afterEach, expect, test, vi } from "vitest";
import { ResponseBodyError } from "oauth4webapi";
import { SharedSignIn } from "../src/session/oidc/shared.ts";
import type { Lead } from "../src/session/oidc/lead.ts";
import type { Authority, Tokens } from "../src/session/oidc/authority.ts";

const authority = {} as Authority;
const tokens = (access: string, more: Partial<Tokens> = {}): Tokens => ({ access, refresh: `refresh-${access}`, since: Date.now(), until: Date.now() + 3_600_000, ...more });
/** Three quarters of its time are over. */
const ending = () => ({ since: Date.now() - 600_000, until: Date.now() + 60_000 });
const refusal = (error: string) => new ResponseBodyError("refused", { cause: { error }, response: new Response("", { status: 400 }) } as never);

const made: SharedSignIn[] = [];
afterEach(() => made.splice(0).forEach((tab) => tab.close()));

/** Tabs of one browser. The one that was opened first leads, until it is closed or another seizes the lead. */
function browser(renewTokens: (authority: Authority, tokens: Tokens) => Promise<Tokens>) {
  let queue: ((leads: boolean) => void)[] = [];
  const lead: Lead = (changed) => {
    queue.push(changed);
    if (queue.length === 1) changed(true);
    return {
      seize: () => {
        queue[0]!(false);
        queue = [changed, ...queue.filter((c) => c !== changed)];
        changed(true);
      },
      release: () => {
        const led = queue[0] === changed;
        queue = queue.filter((c) => c !== changed);
        if (led) queue[0]?.(true);
      },
    };
  };
  return () => {
    const seen: (string | undefined)[] = [];
    const tab = new SharedSignIn(authority, { changed: (access) => seen.push(access), renewTokens, lead });
    made.push(tab);
    return { tab, seen };
  };
}

const never = () => new Promise<Tokens>(() => {});
const eventually = (look: () => void) => vi.waitFor(look, { timeout: 5000, interval: 10 });

test("A new tab has the tokens of another, and without another it has none", async () => {
  const open = browser(never);
  const first = open();
  expect(await first.tab.ask()).toBeUndefined();
  first.tab.give(tokens("a"));
  const second = open();
  expect(await second.tab.ask()).toBe("a");
});

/** The clock of all tabs goes on by a minute, so that no token is young. */
const aMinuteLater = () => vi.spyOn(Date, "now").mockReturnValue(Date.now() + 60_000);
afterEach(() => void vi.restoreAllMocks());

test("One tab renews, and all have what it got; once it is closed, another goes on", async () => {
  const used: string[] = [];
  const open = browser(async (_, { refresh }) => {
    used.push(refresh!);
    return tokens(`after-${used.length}`);
  });
  const [first, second, third] = [open(), open(), open()];
  first.tab.give(tokens("a", ending()));
  await eventually(() => expect([first, second, third].map((t) => t.seen.at(-1))).toEqual(["after-1", "after-1", "after-1"]));
  expect(used).toEqual(["refresh-a"]);
  first.tab.close();
  aMinuteLater();
  expect(await third.tab.newer("after-1")).toBe("after-2");
  await eventually(() => expect(second.seen.at(-1)).toBe("after-2"));
  expect(used).toEqual(["refresh-a", "refresh-after-1"]);
});

test("A refused token is renewed by the tab that leads, once for all who ask; one that was given just now is not", async () => {
  let renewals = 0;
  const open = browser(async () => tokens(`after-${++renewals}`));
  const [first, second] = [open(), open()];
  second.tab.give(tokens("old"));
  await eventually(() => expect(first.seen).toEqual(["old"]));
  expect(await second.tab.newer("old")).toBeUndefined();
  aMinuteLater();
  expect(await Promise.all([first, second, second].map(({ tab }) => tab.newer("old")))).toEqual(["after-1", "after-1", "after-1"]);
  expect(await second.tab.newer("old")).toBe("after-1");
  expect(renewals).toBe(1);
});

test("What the authority refuses to renew is not tried again, and everybody is told at once", async () => {
  let tries = 0;
  const open = browser(() => {
    tries++;
    return Promise.reject(refusal("invalid_grant"));
  });
  const [first, second] = [open(), open()];
  first.tab.give(tokens("a"));
  await eventually(() => expect(second.seen).toEqual(["a"]));
  aMinuteLater();
  for (const { tab } of [second, second, first]) expect(await tab.newer("a")).toBeUndefined();
  expect(tries).toBe(1);
});

test("An authority that has too much to do is asked again", async () => {
  let tries = 0;
  const open = browser(() => (++tries === 1 ? Promise.reject(refusal("temporarily_unavailable")) : Promise.resolve(tokens("b"))));
  const { tab } = open();
  tab.give(tokens("a"));
  aMinuteLater();
  expect(await tab.newer("a")).toBe("b");
  expect(tries).toBe(2);
});

test("A refresh token that a closed tab was using is not used by the next one at the same time", async () => {
  const used: string[] = [];
  const open = browser((_, { refresh }) => {
    used.push(refresh!);
    return new Promise(() => {});
  });
  const [first, second, third] = [open(), open(), open()];
  third.tab.give(tokens("a", ending()));
  await eventually(() => expect([second.seen, used]).toEqual([["a"], ["refresh-a"]]));
  // Whoever hears this has heard of the renewal too.
  second.tab.give(tokens("b", { refresh: "refresh-a", ...ending() }));
  await eventually(() => expect(third.seen.at(-1)).toBe("b"));
  first.tab.close();
  third.tab.give(tokens("c"));
  await eventually(() => expect(second.seen.at(-1)).toBe("c"));
  expect(used).toEqual(["refresh-a"]);
});

test("A tab that leads and does not answer is replaced", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const open = browser(async () => tokens("b"));
  const frozen = open();
  const second = open();
  second.tab.give(tokens("a"));
  await new Promise((resolve) => setImmediate(resolve));
  Object.assign(frozen.tab, { hear: () => {} });
  aMinuteLater();
  const newer = second.tab.newer("a");
  await vi.advanceTimersByTimeAsync(15_000);
  vi.useRealTimers();
  expect(await newer).toBe("b");
});

test("Who signs out in one tab is signed out in all, and a renewal under way brings nobody back", async () => {
  let answer: ((tokens: Tokens) => void) | undefined;
  const open = browser(() => new Promise((resolve) => (answer = resolve)));
  const [first, second] = [open(), open()];
  first.tab.give(tokens("a", ending()));
  await eventually(() => expect([second.seen, answer]).toEqual([["a"], expect.any(Function)]));
  second.tab.end();
  await eventually(() => expect(first.seen).toEqual(["a", undefined]));
  answer!(tokens("late"));
  expect(await open().tab.ask()).toBeUndefined();
  expect(first.seen).toEqual(["a", undefined]);
});
