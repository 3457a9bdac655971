/** This tab's own: other tabs and later visits do not have it, and unlike a cookie no request carries it by itself. */
const place = "orleans-agents.token";

/** The key that somebody gave in this tab. */
export function kept(): string | undefined {
  try {
    return sessionStorage.getItem(place) ?? undefined;
  } catch {
    // A browser that keeps nothing: it holds for as long as the page is not reloaded.
    return undefined;
  }
}

export function keep(text: string | undefined): void {
  try {
    if (text === undefined) sessionStorage.removeItem(place);
    else sessionStorage.setItem(place, text);
  } catch {
    // As above.
  }
}
