/** The key that somebody gave. This tab's own: other tabs and later visits do not have it, and unlike a cookie no request carries it by itself. */
const key = "orleans-agents.token";
/** Says that somebody of this browser has signed in at the authority, and not out since. It is no secret. */
const mark = "orleans-agents.authority";
/** Says to the page that is loaded next in this tab that somebody has just signed out. */
const out = "orleans-agents.out";

export const kept = () => read(() => sessionStorage, key);
export const keep = (text: string | undefined) => write(() => sessionStorage, key, text);

export const marked = () => read(() => localStorage, mark) !== undefined;
export const setMark = (isSignedIn: boolean) => write(() => localStorage, mark, isSignedIn ? "1" : undefined);

export const setOut = () => write(() => sessionStorage, out, "1");

/** Once. */
export function takeOut(): boolean {
  const isOut = read(() => sessionStorage, out) !== undefined;
  write(() => sessionStorage, out, undefined);
  return isOut;
}

function read(storage: () => Storage, place: string): string | undefined {
  try {
    return storage().getItem(place) ?? undefined;
  } catch {
    // A browser that keeps nothing: it holds for as long as the page is not reloaded.
    return undefined;
  }
}

function write(storage: () => Storage, place: string, text: string | undefined): void {
  try {
    if (text === undefined) storage().removeItem(place);
    else storage().setItem(place, text);
  } catch {
    // As above.
  }
}
