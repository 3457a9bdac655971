import type { OidcView } from "@orleans-agents/client";
import type { Arrival, Authority, How } from "./oidc/authority.ts";
import type { SharedSignIn } from "./oidc/shared.ts";

/** Says that somebody of this browser has signed in at the authority, and not out since. It is no secret. */
const mark = "orleans-agents.authority";

type Changed = (access: string | undefined) => void;

let shared: SharedSignIn | undefined;

export const canReach = (oidc: OidcView | undefined): oidc is Authority => oidc?.server != null && isSecureContext;

/** Whether the address is one with which an authority sends somebody back. */
export function isArrival(): boolean {
  const query = new URLSearchParams(location.search);
  return query.has("state") && (query.has("code") || query.has("error"));
}

/** Takes the tokens of whoever was sent back, shows what they saw before, and closes the window that was opened for it alone. */
export async function arrive(oidc: OidcView | undefined, changed: Changed): Promise<Arrival> {
  const query = location.search;
  if (!canReach(oidc)) throw new Error("The authority cannot be reached.");
  const { arrive } = await import("./oidc/authority.ts");
  // The address is left at once: nobody can use its code a second time.
  history.replaceState(null, "", location.pathname + location.hash);
  const arrival = await arrive(oidc, query, sessionStorage);
  history.replaceState(null, "", location.pathname + arrival.hash);
  if (arrival.tokens) {
    localStorage.setItem(mark, "1");
    (await open(oidc, changed)).give(arrival.tokens);
    if (arrival.how === "beside") window.close();
  } else localStorage.removeItem(mark);
  return arrival;
}

/** The token of another tab. Without one, whoever has signed in before is sent to the authority, which asks nothing and sends them back. */
export async function join(oidc: OidcView | undefined, changed: Changed, maySend: boolean): Promise<string | undefined> {
  if (!canReach(oidc)) return undefined;
  const theirs = await (await open(oidc, changed)).ask();
  if (theirs || !maySend || localStorage.getItem(mark) === null) return theirs?.access;
  await goToSignIn(oidc, "silent");
  return new Promise(() => {});
}

/** Leaves the page for the authority. */
export async function goToSignIn(authority: Authority, how: How = "openly"): Promise<void> {
  const { addressOf } = await import("./oidc/authority.ts");
  location.assign(await addressOf(authority, sessionStorage, how));
}

/** Signs in in a window of its own. It is opened at once: a browser opens one only for a click. */
export async function signInBeside(authority: Authority): Promise<void> {
  const beside = window.open("", "", "popup,width=520,height=720");
  if (!beside) throw new Error("The browser did not open the window in which to sign in. Allow windows of this page, and try again.");
  const { addressOf } = await import("./oidc/authority.ts");
  beside.location.assign(await addressOf(authority, beside.sessionStorage, "beside"));
}

/** After a refusal: whether the authority has given a newer token. */
export const renewed = async (refused: string | undefined) => (await shared?.renewed(refused)) ?? false;

/** In all tabs. */
export function signOut(): void {
  if (!shared) return;
  localStorage.removeItem(mark);
  shared.end();
}

async function open(authority: Authority, changed: Changed): Promise<SharedSignIn> {
  const { SharedSignIn } = await import("./oidc/shared.ts");
  return (shared ??= new SharedSignIn(authority, { changed: (tokens) => changed(tokens?.access) }));
}
