import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Tokens } from "../src/session/oidc/authority.ts";

const oidc = {
  clientId: "page", scope: "openid", parameters: {},
  server: { issuer: "https://a.example", authorizationEndpoint: "https://a.example/auth", tokenEndpoint: "https://a.example/token", idTokenAlgorithms: [] },
};

/** Whose a token is: a user, nobody (401), or a service that is away. */
let users: Record<string, string | "away">;
let offers: { asks: boolean; oidc?: unknown };
let asked: string[];
let other: BroadcastChannel;
let leave = () => {};
const reload = vi.fn();

beforeEach(() => {
  vi.resetModules();
  [users, offers, asked] = [{}, { asks: true, oidc }, []];
  localStorage.clear();
  sessionStorage.clear();
  history.replaceState(null, "", "/");
  vi.stubGlobal("isSecureContext", true);
  // Another tab leads.
  vi.stubGlobal("navigator", { onLine: true, locks: { request: () => new Promise(() => {}) } });
  vi.spyOn(location, "reload").mockImplementation(reload.mockReset());
  vi.stubGlobal("fetch", (path: string, { headers }: { headers: Record<string, string> }) => Promise.resolve(answer(path, headers["Authorization"]?.slice("Bearer ".length) ?? "")));
  other = new BroadcastChannel("orleans-agents.sign-in");
});

afterEach(() => {
  other.close();
  leave();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function answer(path: string, token: string): Response {
  asked.push(`${path} ${token}`);
  if (path === "/v1/sign-in") return Response.json(offers);
  const user = users[token];
  if (user === "away") return Response.json({ code: "unavailable" }, { status: 503 });
  return user === undefined ? Response.json({ code: "unauthenticated" }, { status: 401 }) : Response.json({ user, tenant: "default", roles: ["view"], signedIn: true });
}

const tokens = (access: string, age = 60_000): Tokens => ({ access, since: Date.now() - age, until: Date.now() + 3_600_000 });
const tell = (access: string, age = 0) => other.postMessage({ tokens: tokens(access, age) });
const answerAs = (access: string) => {
  other.onmessage = ({ data }: MessageEvent) => "ask" in data && other.postMessage({ tokens: tokens(access) });
};
const answerNone = () => {
  other.onmessage = ({ data }: MessageEvent) => "ask" in data && other.postMessage({ none: true });
};
const eventually = (look: () => void) => vi.waitFor(look, { timeout: 4000, interval: 10 });

async function load() {
  const session = await import("../src/session/session.ts");
  const { client } = await import("../src/app/client.ts");
  ({ leave } = await import("../src/session/atAuthority.ts"));
  return { ...session, client, phase: () => session.sessionNow().phase };
}

test("A refused request waits for a newer token, and is not repeated with the old one while the service is away", async () => {
  users = { t1: "ada" };
  answerAs("t1");
  const page = await load();
  await page.open();
  expect([page.phase(), page.heldToken()]).toEqual(["in", "t1"]);
  users = { t2: "away" };
  const waiting = page.client.me();
  tell("t2");
  await eventually(() => expect(asked).toContain("/v1/me t2"));
  expect(asked.filter((a) => a === "/v1/me t1").length).toBeLessThan(4);
  users = { t2: "ada" };
  expect((await waiting).user).toBe("ada");
  expect(page.phase()).toBe("in");
});

test("No token of somebody else is used in a page that shows another's", async () => {
  users = { t1: "ada", b1: "away" };
  answerAs("t1");
  const page = await load();
  await page.open();
  tell("b1");
  await eventually(() => expect(asked).toContain("/v1/me b1"));
  expect(page.heldToken()).toBe("t1");
  users = { t1: "ada", b1: "bob" };
  await eventually(() => expect(reload).toHaveBeenCalled());
  expect(page.heldToken()).toBe("t1");
});

test("A renewal while the page opens is taken", async () => {
  users = { t1: "ada", t2: "ada" };
  answerAs("t1");
  const page = await load();
  const opened = page.open();
  await eventually(() => expect(asked).toContain("/v1/me t1"));
  tell("t2");
  await opened;
  await eventually(() => expect(page.heldToken()).toBe("t2"));
});

test("A token that the service refuses leaves the held one, and somebody who is refused is asked once to sign in", async () => {
  users = { t1: "ada" };
  answerAs("t1");
  const page = await load();
  await page.open();
  tell("bad");
  await eventually(() => expect(asked).toContain("/v1/me bad"));
  expect(page.heldToken()).toBe("t1");
  users = {};
  void page.client.me();
  await eventually(() => expect(page.phase()).toBe("lost"));
  const before = asked.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(asked.length - before).toBeLessThan(3);
});

test("Somebody with a key is not disturbed by who signs in or out at the authority in other tabs", async () => {
  answerNone();
  const page = await load();
  await page.open();
  expect(page.phase()).toBe("out");
  users = { key1: "ada", t1: "bob" };
  await page.signIn("key1");
  tell("t1");
  other.postMessage({ out: true });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([page.phase(), page.heldToken(), reload.mock.calls.length]).toEqual(["in", "key1", 0]);
});

test.each([["no authority", undefined], ["an authority that is away", { ...oidc, server: undefined }]])("A code in the address of a service with %s does no harm", async (_, offered) => {
  offers = { asks: true, oidc: offered };
  history.replaceState(null, "", "/?code=a&state=b#/runs");
  users = { "": "local" };
  const page = await load();
  await page.open();
  expect([page.phase(), location.search, location.hash]).toEqual(["in", "", "#/runs"]);
});

test("A browser that stores nothing shows the way in", async () => {
  const refuse = () => {
    throw new Error("Access is denied.");
  };
  vi.spyOn(Storage.prototype, "getItem").mockImplementation(refuse);
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(refuse);
  vi.spyOn(Storage.prototype, "removeItem").mockImplementation(refuse);
  answerNone();
  const page = await load();
  await page.open();
  expect(page.phase()).toBe("out");
  users = { key1: "ada" };
  await page.signIn("key1");
  expect(page.phase()).toBe("in");
});
