import { useSyncExternalStore } from "react";
import { Listeners } from "../app/listeners.ts";
import { finishAll } from "../app/notices.ts";
import { AgentsClient, ProblemError, type MeView } from "@orleans-agents/client";

/** Who looks at the page: not known yet, nobody, somebody, or somebody whom the service has ceased to know. */
export type Session =
  | { phase: "opening"; failed: boolean }
  | { phase: "out"; why?: string }
  | { phase: "in"; me: MeView }
  | { phase: "lost"; me: MeView };

export type Role = "start" | "view" | "steer" | "approve" | "admin";

/** This tab's own: other tabs and later visits do not have it, and unlike a cookie no request carries it by itself. */
const place = "orleans-agents.token";

let session: Session = { phase: "opening", failed: false };
let token = kept();
const listeners = new Listeners();
const waiting: ((signedIn: boolean) => void)[] = [];

export const heldToken = () => token;

/** What is refused in the middle waits until the same person has signed in again. */
export function askAgain(refused: string | undefined): Promise<boolean> {
  if (refused !== token) return Promise.resolve(true);
  if (session.phase === "in") show({ phase: "lost", me: session.me });
  return new Promise((resolve) => waiting.push(resolve));
}

/** Finds out at the start whether the service asks, and whether it still takes what this tab holds. */
export async function open(): Promise<void> {
  for (;;) {
    try {
      return show({ phase: "in", me: await whoHas(token) });
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) {
        const why = token === undefined ? undefined : "What you signed in with is no longer valid.";
        keep(undefined);
        return show({ phase: "out", why });
      }

      show({ phase: "opening", failed: true });
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
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
  // What this page holds in memory belongs to who was here before.
  if (session.phase === "lost" && !isSame(session.me, me)) return location.reload();
  show({ phase: "in", me });
  waiting.splice(0).forEach((go) => go(true));
}

/** Forgets everything: connections, conversations, drafts. */
export function signOut(): void {
  // What is still to be sent is sent for who is here now.
  finishAll();
  keep(undefined);
  location.hash = "";
  location.reload();
}

export const may = (me: MeView, role: Role) => me.roles.includes(role) || me.roles.includes("admin");

/** Why somebody may not do something; nothing where they may. */
export function useReason(role: Role, what: string): string | undefined {
  const now = useSession();
  return "me" in now && !may(now.me, role) ? `${what} needs the role ${role}, which your key does not have.` : undefined;
}

export const useSession = () => useSyncExternalStore(listeners.subscribe, () => session);

function show(next: Session) {
  session = next;
  listeners.call();
}

const whoHas = (text: string | undefined) => new AgentsClient({ token: text }).me();

const isSame = (a: MeView, b: MeView) => a.tenant === b.tenant && a.user === b.user;

const wordsOf = (error: unknown) =>
  !(error instanceof ProblemError) ? "The service cannot be reached."
  : error.status === 401 ? "The service does not know this key or token. It may be mistyped, expired or revoked."
  : error.message;

function kept(): string | undefined {
  try {
    return sessionStorage.getItem(place) ?? undefined;
  } catch {
    // A browser that keeps nothing: it holds for as long as the page is not reloaded.
    return undefined;
  }
}

function keep(text: string | undefined) {
  token = text;
  try {
    if (text === undefined) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, text);
  } catch {
    // As above.
  }
}
