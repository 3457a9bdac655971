import { useSyncExternalStore } from "react";
import { Listeners } from "../app/listeners.ts";
import { finishAll } from "../app/notices.ts";
import { AgentsClient, backOff, pause, ProblemError, type MeView, type OidcView } from "@orleans-agents/client";
import * as atAuthority from "./atAuthority.ts";
import { keep, kept, setOut, takeOut } from "./kept.ts";
import type { Arrival, Authority } from "./oidc/authority.ts";

/**
 * Who looks at the page. `opening`: not known yet. `out`: nobody. `in`: somebody. `lost`: somebody whom the service no longer knows.
 * `beside`: this window was opened to sign in for another, and is done. `oidc` is how to sign in at the authority, where one is configured.
 */
export type Session =
  | { phase: "opening"; failed: boolean }
  | { phase: "out"; why?: string; oidc?: OidcView }
  | { phase: "in"; me: MeView }
  | { phase: "lost"; me: MeView; oidc?: OidcView }
  | { phase: "beside"; why?: string };

export type Role = "start" | "view" | "steer" | "approve" | "admin";

let session: Session = { phase: "opening", failed: false };
/** A key that somebody gave, or a token of the authority. The service has named whose it is. */
let token = kept();
/** A newer token of the authority, until the service has named whose it is. */
let wanted: string | undefined;
let adopting: Promise<void> | undefined;
let recovering: Promise<void> | undefined;
const listeners = new Listeners();
const waiting: ((signedIn: boolean) => void)[] = [];

export const heldToken = () => token;

/** What is refused in the middle waits until there is another token, or the same person has signed in again. */
export function askAgain(refused: string | undefined): Promise<boolean> {
  if (refused !== token) return Promise.resolve(true);
  const again = new Promise<boolean>((resolve) => waiting.push(resolve));
  recovering ??= recover(refused).finally(() => (recovering = undefined));
  return again;
}

async function recover(refused: string | undefined): Promise<void> {
  const newer = await atAuthority.newer(refused);
  if (newer !== undefined) await adopt(newer);
  if (token !== refused || session.phase !== "in") return;
  show({ phase: "lost", me: session.me });
  void offered().then((oidc) => session.phase === "lost" && show({ ...session, oidc }), () => {});
}

/** Finds out at the start who is here. */
export async function open(): Promise<void> {
  // A page that comes back from the browser's memory has missed what other tabs did.
  addEventListener("pageshow", (e) => e.persisted && location.reload());
  const found: { arrival?: Arrival } = {};
  for (;;) {
    try {
      return await find(found);
    } catch {
      show({ phase: "opening", failed: true });
      await pause(2000);
    }
  }
}

/** Who came back from the authority, who has a key, or who is signed in in another tab. */
async function find(found: { arrival?: Arrival }): Promise<void> {
  if (atAuthority.isArrival()) found.arrival = await atAuthority.arrive(await offered());
  const { arrival } = found;
  const given = arrival?.tokens?.access ?? token;
  const me = await known(given);
  if (arrival?.tokens && !atAuthority.mayShare(arrival)) {
    found.arrival = { way: arrival.way };
    return find(found);
  }

  const oidc = me && !arrival?.tokens ? undefined : await offered();
  let why = arrival?.why;
  if (me) {
    if (arrival?.tokens && atAuthority.canReach(oidc)) await atAuthority.share(oidc, arrival.tokens, changed);
    if (arrival?.way !== "beside") return enter(given, me);
  } else if (arrival?.tokens) why = "The service does not take the token that the sign-in server gave. Its operator finds the reason in the log.";
  else if (token !== undefined) why = "What you signed in with is no longer valid.";
  if (arrival?.way === "beside") return finishBeside(why);
  keep((token = undefined));
  const joined = why === undefined && !takeOut() ? await atAuthority.join(oidc, changed, arrival === undefined).catch(() => undefined) : undefined;
  const they = joined === undefined ? undefined : await known(joined);
  if (session.phase !== "opening") return;
  if (they) enter(joined, they);
  else show({ phase: "out", why, oidc });
}

function finishBeside(why: string | undefined): void {
  show({ phase: "beside", why });
  if (why === undefined) window.close();
}

/** Throws a sentence for people. */
export async function signIn(given: string): Promise<void> {
  const text = given.trim().replace(/^Bearer\s+/i, "");
  // Anything else cannot be sent as a header.
  if (!/^[\x21-\x7e]+$/.test(text)) throw new Error("This is no key or token: those have no spaces and no special letters.");
  const me = await whoHas(text).catch((error: unknown) => {
    throw new Error(wordsOf(error));
  });
  wanted = undefined;
  atAuthority.leave();
  keep(text);
  enter(text, me);
}

export const signInBeside = (oidc: Authority) => atAuthority.signInBeside(oidc, changed);

function changed(access: string | undefined): void {
  if (access === undefined) signOut();
  else void adopt(access);
}

/** Takes another token of the authority once the service has named whose it is; the held one stays until then. */
function adopt(access: string): Promise<void> {
  wanted = access;
  return (adopting ??= tryAdopting().finally(() => (adopting = undefined)));
}

async function tryAdopting(): Promise<void> {
  for (let n = 0; wanted !== undefined; ) {
    const access = wanted;
    try {
      const me = await known(access);
      if (access !== wanted) continue;
      wanted = undefined;
      if (!me) return;
      keep(undefined);
      enter(access, me);
    } catch {
      await pause(backOff(n++));
    }
  }
}

function enter(text: string | undefined, me: MeView): void {
  if (session.phase === "beside") return;
  // What this page holds in memory belongs to who was here before, and goes out under no other name until it is loaded anew.
  if ("me" in session && !isSame(session.me, me)) return location.reload();
  token = text;
  show({ phase: "in", me });
  waiting.splice(0).forEach((go) => go(true));
}

/** Forgets everything: connections, conversations, drafts. */
export function signOut(): void {
  // What is still to be sent is sent for who is here now.
  finishAll();
  if (kept() === undefined) atAuthority.signOut();
  else {
    // Somebody else may be signed in at the authority in another tab.
    setOut();
    atAuthority.leave();
  }
  keep(undefined);
  location.hash = "";
  location.reload();
}

export const may = (me: MeView, role: Role) => me.roles.includes(role) || me.roles.includes("admin");

/** Why somebody may not do something; nothing where they may. */
export function useReason(role: Role, what: string): string | undefined {
  const now = useSession();
  return "me" in now && !may(now.me, role) ? `${what} needs the role ${role}, which you do not have.` : undefined;
}

export const useSession = () => useSyncExternalStore(listeners.subscribe, sessionNow);

/** As it is at the moment. */
export const sessionNow = (): Session => session;

function show(next: Session) {
  session = next;
  listeners.call();
}

const whoHas = (text: string | undefined) => new AgentsClient({ token: text }).me();

/** Undefined where the service does not take this. */
const known = (text: string | undefined) =>
  whoHas(text).catch((error: unknown) => {
    if (error instanceof ProblemError && error.status === 401) return undefined;
    throw error;
  });

const offered = async () => (await new AgentsClient().signInOptions()).oidc ?? undefined;

const isSame = (a: MeView, b: MeView) => a.tenant === b.tenant && a.user === b.user;

const wordsOf = (error: unknown) =>
  !(error instanceof ProblemError) ? "The service cannot be reached."
  : error.status === 401 ? "The service does not know this key or token. It may be mistyped, expired or revoked."
  : error.message;
