export interface Caller {
  baseUrl?: string;
  fetch?: typeof fetch;
  headers?: Record<string, string>;
  /** The key or token of whoever calls. It is sent as a header alone; the hub is opened by a ticket. */
  token?: string | (() => string | undefined | Promise<string | undefined>);
  /**
   * Called when the service does not take a token any longer, with that token. True asks the same again with the token of then,
   * so that a person can sign in again in the middle of a stream or a command; without it, or for false, the refusal is thrown.
   */
  onUnauthenticated?: (refused: string | undefined) => Promise<boolean>;
}

export const tokenOf = async ({ token }: Caller): Promise<string | undefined> => (typeof token === "function" ? await token() : token);

export type SignedInit = Omit<RequestInit, "headers"> & { headers?: Record<string, string> };

/** A request that says who calls. */
export async function signedFetch(caller: Caller, path: string, init: SignedInit): Promise<Response> {
  const { baseUrl = "", fetch = globalThis.fetch, headers = {}, onUnauthenticated } = caller;
  for (;;) {
    const token = await tokenOf(caller);
    const signed: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const response = await fetch(baseUrl + path, { ...init, headers: { ...headers, ...signed, ...init.headers } });
    if (response.status !== 401 || !(await onUnauthenticated?.(token))) return response;
  }
}
