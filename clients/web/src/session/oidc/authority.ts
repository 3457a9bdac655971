import * as oauth from "oauth4webapi";
import type { OidcServer, OidcView } from "@orleans-agents/client";

/** What the authority gave. It is in memory alone, and in no place that a later visit could read. */
export interface Tokens {
  access: string;
  /** Absent where the authority gave none, or takes it no longer. */
  refresh?: string;
  /** When the access token was given and when it ends, in milliseconds since 1970; the end is absent where the authority does not say. */
  since: number;
  until?: number;
}

/** Somebody who was sent to the authority, and has not come back yet. */
interface Pending {
  state: string;
  nonce: string;
  verifier: string;
  /** Where in the page they were. */
  hash: string;
  how: How;
}

/** `silent`: the authority is to ask them nothing. `beside`: in a window that is opened for it alone. */
export type How = "openly" | "silent" | "beside";

/** Somebody who came back with or without a token. */
export interface Arrival {
  tokens?: Tokens;
  hash: string;
  how: How;
  /** Why there is none; absent where the authority would have had to ask them, and was told not to. */
  why?: string;
}

/** An authority that can be reached. */
export type Authority = OidcView & { server: OidcServer };

const place = "orleans-agents.sign-in";
const publicClient = oauth.None();
/** The authority would have had to ask. */
const asks = ["login_required", "interaction_required", "consent_required", "account_selection_required"];

/**
 * Where to send somebody who is to sign in.
 * @param storage of the tab or window that goes there and comes back.
 */
export async function addressOf(authority: Authority, storage: Storage, how: How): Promise<string> {
  const pending: Pending = {
    state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce(), verifier: oauth.generateRandomCodeVerifier(), hash: location.hash, how,
  };
  storage.setItem(place, JSON.stringify(pending));
  const address = new URL(authority.server.authorizationEndpoint);
  for (const [name, value] of Object.entries({
    ...authority.parameters, client_id: authority.clientId, redirect_uri: redirectUri(), response_type: "code", scope: authority.scope, state: pending.state,
    nonce: pending.nonce, code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier), code_challenge_method: "S256",
    ...(how === "silent" ? { prompt: "none" } : {}),
  })) address.searchParams.set(name, value);
  return address.href;
}

/** Takes the token for whoever was sent back here with a code. A code that this tab did not ask for is not taken. */
export async function arrive(authority: Authority, query: string, storage: Storage): Promise<Arrival> {
  const pending = JSON.parse(storage.getItem(place) ?? "null") as Pending | null;
  storage.removeItem(place);
  if (!pending) return { hash: "", how: "openly" };
  const { hash, how, state, nonce, verifier } = pending;
  const [server, client] = [serverOf(authority), { client_id: authority.clientId }];
  try {
    const answer = oauth.validateAuthResponse(server, client, new URLSearchParams(query), state);
    const response = await oauth.authorizationCodeGrantRequest(server, client, publicClient, answer, redirectUri(), verifier, optionsOf(server));
    return { hash, how, tokens: tokensOf(await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce })) };
  } catch (error) {
    const mayAsk = how === "silent" && error instanceof oauth.AuthorizationResponseError && asks.includes(error.error);
    return mayAsk ? { hash, how } : { hash, how, why: `Signing in did not succeed: ${wordsOf(error)}` };
  }
}

/** Newer tokens for these. Throws; `isFinal` tells whether trying again can help. */
export async function renew(authority: Authority, tokens: Tokens): Promise<Tokens> {
  const [server, client] = [serverOf(authority), { client_id: authority.clientId }];
  const response = await oauth.refreshTokenGrantRequest(server, client, publicClient, tokens.refresh!, optionsOf(server));
  const renewed = tokensOf(await oauth.processRefreshTokenResponse(server, client, response));
  return { ...renewed, refresh: renewed.refresh ?? tokens.refresh };
}

/** Whether the authority has refused, so that a person has to sign in again. */
export const isFinal = (error: unknown) => error instanceof oauth.ResponseBodyError && error.status < 500;

const redirectUri = () => location.origin + location.pathname;

const serverOf = ({ server }: Authority): oauth.AuthorizationServer => ({
  issuer: server.issuer,
  token_endpoint: server.tokenEndpoint,
  ...(server.idTokenAlgorithms.length > 0 ? { id_token_signing_alg_values_supported: server.idTokenAlgorithms } : {}),
});

/** The service takes http for an authority on loopback alone. */
const optionsOf = ({ token_endpoint }: oauth.AuthorizationServer) => ({ [oauth.allowInsecureRequests]: token_endpoint!.startsWith("http:") });

const tokensOf = ({ access_token, refresh_token, expires_in }: oauth.TokenEndpointResponse): Tokens => ({
  access: access_token,
  refresh: refresh_token,
  since: Date.now(),
  ...(expires_in === undefined ? {} : { until: Date.now() + expires_in * 1000 }),
});

const wordsOf = (error: unknown) =>
  error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError ? `the sign-in server answered “${error.error_description ?? error.error}”.`
  : error instanceof TypeError ? "the sign-in server did not answer. Its operator may have to allow this page's address as an origin."
  : `the sign-in server gave an answer that cannot be used (${error instanceof Error ? error.message : String(error)}).`;
