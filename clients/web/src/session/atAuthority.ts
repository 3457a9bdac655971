import type { OidcView } from "@orleans-agents/client";
import type { Arrival, Authority, Tokens } from "./oidc/authority.ts";
import { takePending, type Way } from "./oidc/pending.ts";
import type { SharedSignIn } from "./oidc/shared.ts";
import { marked, setMark } from "./kept.ts";

type Changed = (access: string | undefined) => void;

let shared: SharedSignIn | undefined;

export const canReach = (oidc: OidcView | undefined): oidc is Authority => oidc?.server != null && isSecureContext;

/** Whether the address is one with which an authority sends somebody back. */
export function isArrival(): boolean {
  const query = new URLSearchParams(location.search);
  return query.has("state") && (query.has("code") || query.has("error"));
}

/** Takes the tokens of whoever was sent back, and shows the place where they were. */
export async function arrive(oidc: OidcView | undefined): Promise<Arrival> {
  const query = location.search;
  const pending = takePending();
  // The address is left before anything can fail: a code counts once.
  history.replaceState(null, "", location.pathname + (pending?.hash ?? location.hash));
  if (!pending) return { way: "openly" };
  if (!canReach(oidc)) return { way: pending.way, why: "Signing in did not succeed: the sign-in server cannot be reached." };
  const { exchange } = await import("./oidc/authority.ts");
  const arrival = await exchange(oidc, query, pending);
  if (pending.way !== "silent") return arrival;
  if (!arrival.tokens) setMark(false);
  return mayShare(arrival) ? arrival : { way: "silent" };
}

/** Whether nobody has signed out in another tab since this one was sent to the authority silently. */
export const mayShare = ({ way }: Arrival) => way !== "silent" || marked();

/** Shares tokens that the service has taken. */
export async function share(authority: Authority, tokens: Tokens, changed: Changed): Promise<void> {
  (await open(authority, changed)).give(tokens);
  setMark(true);
}

/** The token of another tab. Without one, whoever signed in before is sent to the authority, which asks nothing and sends them back. */
export async function join(oidc: OidcView | undefined, changed: Changed, maySend: boolean): Promise<string | undefined> {
  if (!canReach(oidc)) return undefined;
  const theirs = await (await open(oidc, changed)).ask();
  // Whoever was sent and did not come back by the authority is not sent again.
  if (theirs !== undefined || !maySend || !marked() || takePending()) return theirs;
  location.replace(await addressOf(oidc, sessionStorage, "silent"));
  return new Promise(() => {});
}

/** Leaves the page for the authority. */
export async function goToSignIn(authority: Authority): Promise<void> {
  location.assign(await addressOf(authority, sessionStorage, "openly"));
}

/** Signs in in a window of its own. It is opened at once: a browser opens one only for a click. */
export async function signInBeside(authority: Authority, changed: Changed): Promise<void> {
  const beside = window.open("", "", "popup,width=520,height=720");
  if (!beside) throw new Error("The browser did not open the window in which to sign in. Allow windows of this page, and try again.");
  try {
    // This tab must hear of the tokens.
    await open(authority, changed);
    const address = await addressOf(authority, beside.sessionStorage, "beside");
    beside.opener = null;
    beside.location.assign(address);
  } catch (error) {
    beside.close();
    throw error;
  }
}

/** After a refusal: another token of the authority. */
export const newer = async (refused: string | undefined) => await shared?.newer(refused);

/** Signs out in all tabs that are signed in at the authority. */
export function signOut(): void {
  setMark(false);
  shared?.end();
}

/** From now on this tab has a key of its own. */
export function leave(): void {
  shared?.close();
  shared = undefined;
}

async function addressOf(authority: Authority, storage: Storage, way: Way): Promise<string> {
  const { addressOf } = await import("./oidc/authority.ts");
  return await addressOf(authority, storage, way);
}

async function open(authority: Authority, changed: Changed): Promise<SharedSignIn> {
  const { SharedSignIn } = await import("./oidc/shared.ts");
  return (shared ??= new SharedSignIn(authority, { changed }));
}
