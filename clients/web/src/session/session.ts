import { useSyncExternalStore } from "react";
import { Listeners } from "../app/listeners.ts";
import { finishAll } from "../app/notices.ts";
import { AgentsClient, ProblemError, type MeView, type OidcView } from "@orleans-agents/client";
import { kept, keep } from "./kept.ts";
import * as atAuthority from "./atAuthority.ts";

/** Who looks at the page: not known yet, nobody, somebody, or somebody whom the service has ceased to know. Nobody may sign in by `oidc`, where it is there. */
export type Session =
  | { phase: "opening"; failed: boolean }
  | { phase: "out"; why?: string; oidc?: OidcView }
  | { phase: "in"; me: MeView }
  | { phase: "lost"; me: MeView; oidc?: OidcView };

export type Role = "start" | "view" | "steer" | "approve" | "admin";

let session: Session = { phase: "opening", failed: false };
/** A key that somebody gave, or the authority's token. */
let token = kept();
const listeners = new Listeners();
const waiting: ((signedIn: boolean) => void)[] = [];

export const heldToken = () => token;

/** What is refused in the middle waits until there is a newer token, or the same person has signed in again. */
export async function askAgain(refused: string | undefined): Promise<boolean> {
  if (refused !== token || (await atAuthority.renewed(refused))) return true;
  if (session.phase === "in") show({ phase: "lost", me: session.me, oidc: await offered().catch(() => undefined) });
  return new Promise((resolve) => waiting.push(resolve));
}

/** Finds out at the start who is here: who came back from the authority, who has a key, or who is signed in in another tab. */
export async function open(): Promise<void> {
  for (;;) {
    try {
      return await find();
    } catch {
      show({ phase: "opening", failed: true });
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

async function find(): Promise<void> {
  const arrival = atAuthority.isArrival() ? await atAuthority.arrive(await offered(), changed) : undefined;
  token = arrival?.tokens?.access ?? token;
  const me = await known(token);
  if (me) return show({ phase: "in", me });
  if (arrival?.tokens) atAuthority.signOut();
  const why = arrival?.tokens ? "The service does not take the token that the sign-in server gave. Its operator finds the reason in the log."
    : token === undefined ? arrival?.why
    : "What you signed in with is no longer valid.";
  keep((token = undefined));
  const oidc = await offered();
  token = why === undefined ? await atAuthority.join(oidc, changed, arrival === undefined) : undefined;
  const joined = token === undefined ? undefined : await known(token);
  show(joined ? { phase: "in", me: joined } : { phase: "out", why, oidc });
}

/** Throws a sentence for people. */
export async function signIn(given: string): Promise<void> {
  const text = given.trim().replace(/^Bearer\s+/i, "");
  // Anything else cannot be sent as a header.
  if (!/^[\x21-\x7e]+$/.test(text)) throw new Error("This is no key or token: those have no spaces and no special letters.");
  const me = await whoHas(text).catch((error: unknown) => {
    throw new Error(wordsOf(error));
  });
  keep(text);
  enter(text, me);
}

/** The authority's token is another now, or there is none: also by what happened in another tab. */
async function changed(access: string | undefined): Promise<void> {
  if (access === undefined) return signOut();
  // Whoever opens the page looks for themselves.
  if (session.phase === "opening") return;
  const me = await known(access).catch(() => undefined);
  // While the service is away, nothing is refused: the newer token is that of the same person.
  if (me) enter(access, me);
  else if (session.phase === "in") token = access;
}

function enter(text: string, me: MeView): void {
  token = text;
  // What this page holds in memory belongs to who was here before.
  if ("me" in session && !isSame(session.me, me)) return location.reload();
  show({ phase: "in", me });
  waiting.splice(0).forEach((go) => go(true));
}

/** Forgets everything: connections, conversations, drafts. */
export function signOut(): void {
  // What is still to be sent is sent for who is here now.
  finishAll();
  keep(undefined);
  atAuthority.signOut();
  location.hash = "";
  location.reload();
}

export const may = (me: MeView, role: Role) => me.roles.includes(role) || me.roles.includes("admin");

/** Why somebody may not do something; nothing where they may. */
export function useReason(role: Role, what: string): string | undefined {
  const now = useSession();
  return "me" in now && !may(now.me, role) ? `${what} needs the role ${role}, which you do not have.` : undefined;
}

export const useSession = () => useSyncExternalStore(listeners.subscribe, () => session);

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
