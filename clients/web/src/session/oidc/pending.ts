/** Somebody who was sent to the authority and has not come back yet. */
export interface Pending {
  state: string;
  nonce: string;
  verifier: string;
  /** Where in the page they were. */
  hash: string;
  way: Way;
}

/** `openly`: the page leaves for the authority. `silent`: so, and the authority asks nothing. `beside`: in a window opened for it alone. */
export type Way = "openly" | "silent" | "beside";

const place = "orleans-agents.sign-in";

export const putPending = (storage: Storage, pending: Pending): void => storage.setItem(place, JSON.stringify(pending));

/** Hands it out once. Undefined also in a browser that stores nothing. */
export function takePending(): Pending | undefined {
  try {
    const text = sessionStorage.getItem(place);
    sessionStorage.removeItem(place);
    return text === null ? undefined : (JSON.parse(text) as Pending);
  } catch {
    return undefined;
  }
}
