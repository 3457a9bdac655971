import * as oauth from "oauth4webapi";
import type { OidcServer, OidcView } from "@orleans-agents/client";
import { putPending, type Pending, type Way } from "./pending.ts";

/** What the authority gave. It is in memory alone, and in no place that a later visit could read. */
export interface Tokens {
  access: string;
  /** Absent where the authority gave none, or takes it no longer. */
  refresh?: string;
  /** When the access token was given and when it ends, in milliseconds since 1970; the end is absent where the authority does not say. */
  since: number;
  until?: number;
}

/** Somebody who came back from the authority. */
export interface Arrival {
  tokens?: Tokens;
  way: Way;
  /** Why there are no tokens; absent where the authority was to ask nothing and would have had to. */
  why?: string;
}

const finalErrors = ["invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type"];

/** An authority that can be reached. */
export type Authority = OidcView & { server: OidcServer };

const publicClient = oauth.None();
/** Errors with which an authority says that it would have to ask. */
const interactionErrors = ["login_required", "interaction_required", "consent_required", "account_selection_required"];

/**
 * Where to send somebody who is to sign in.
 * @param storage of the tab or window that goes there and comes back.
 */
export async function addressOf(authority: Authority, storage: Storage, way: Way): Promise<string> {
  const pending: Pending = {
    state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce(), verifier: oauth.generateRandomCodeVerifier(), hash: location.hash, way,
  };
  putPending(storage, pending);
  const address = new URL(authority.server.authorizationEndpoint);
  for (const [name, value] of Object.entries({
    ...authority.parameters, client_id: authority.clientId, redirect_uri: redirectUri(), response_type: "code", scope: authority.scope, state: pending.state,
    nonce: pending.nonce, code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier), code_challenge_method: "S256",
    ...(way === "silent" ? { prompt: "none" } : {}),
  })) address.searchParams.set(name, value);
  return address.href;
}

/** Exchanges the code of the address for tokens. A code that this tab did not ask for is refused. */
export async function exchange(authority: Authority, query: string, { state, nonce, verifier, way }: Pending): Promise<Arrival> {
  const [server, client] = [serverOf(authority), { client_id: authority.clientId }];
  try {
    const answer = oauth.validateAuthResponse(server, client, new URLSearchParams(query), state);
    const response = await oauth.authorizationCodeGrantRequest(server, client, publicClient, answer, redirectUri(), verifier, optionsOf(server));
    return { way, tokens: tokensOf(await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce })) };
  } catch (error) {
    const wouldAsk = way === "silent" && error instanceof oauth.AuthorizationResponseError && interactionErrors.includes(error.error);
    return wouldAsk ? { way } : { way, why: `Signing in did not succeed: ${wordsOf(error)}` };
  }
}

/** Newer tokens for these. Throws; see `isFinal`. */
export async function renew(authority: Authority, tokens: Tokens): Promise<Tokens> {
  const [server, client] = [serverOf(authority), { client_id: authority.clientId }];
  const response = await oauth.refreshTokenGrantRequest(server, client, publicClient, tokens.refresh!, optionsOf(server));
  const renewed = tokensOf(await oauth.processRefreshTokenResponse(server, client, response));
  return { ...renewed, refresh: renewed.refresh ?? tokens.refresh };
}

/** Whether trying again cannot help, so that a person has to sign in again. */
export const isFinal = (error: unknown) => error instanceof oauth.ResponseBodyError && finalErrors.includes(error.error);

const redirectUri = () => location.origin + location.pathname;

const serverOf = ({ server }: Authority): oauth.AuthorizationServer => ({
  issuer: server.issuer,
  token_endpoint: server.tokenEndpoint,
  ...(server.idTokenAlgorithms.length > 0 ? { id_token_signing_alg_values_supported: server.idTokenAlgorithms } : {}),
});

/** Below the time for which other tabs leave a refresh token alone. */
const answersWithin = 10_000;

/** The service takes http for an authority on loopback alone. */
const optionsOf = ({ token_endpoint }: oauth.AuthorizationServer) => ({
  [oauth.allowInsecureRequests]: token_endpoint!.startsWith("http:"),
  signal: AbortSignal.timeout(answersWithin),
});

const tokensOf = ({ access_token, refresh_token, expires_in }: oauth.TokenEndpointResponse): Tokens => ({
  access: access_token,
  refresh: refresh_token,
  since: Date.now(),
  ...(expires_in === undefined ? {} : { until: Date.now() + expires_in * 1000 }),
});

const wordsOf = (error: unknown) =>
  error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError ? `the sign-in server answered “${error.error_description ?? error.error}”.`
  : error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError") ? "the sign-in server did not answer. Its operator may have to allow this page's address as an origin."
  : `the sign-in server gave an answer that cannot be used (${error instanceof Error ? error.message : String(error)}).`;
