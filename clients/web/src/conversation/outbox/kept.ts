/** A message on its way. */
export interface Unsent {
  /** Its idempotency key: however often it is sent, it arrives once. */
  key: string;
  threadId: string;
  input: string;
  agent?: string;
  delivery?: "steer" | "queue" | "interrupt";
  /** Whom an interruption is for. */
  runId?: string;
}

/** So many messages are kept over a reload, and so many characters of all of them. */
const most = { messages: 50, characters: 500_000 };

/** Each message has a place of its own: tabs that write at the same time take nothing from each other. */
const placeOf = (user: string, key = "") => `orleans-agents.unsent.${user}/${key}`;

/** What a person has not yet sent, over reloads and for all tabs, the oldest first. Each person has their own. */
export function kept(user: string): Unsent[] {
  const found: (Unsent & { at?: number })[] = [];
  try {
    for (const place of Object.keys(localStorage)) {
      const message = place.startsWith(placeOf(user)) ? read(place) : undefined;
      if (message) found.push(message);
    }
  } catch {
    // A browser that keeps nothing.
  }
  return found.sort((a, b) => (a.at ?? 0) - (b.at ?? 0)).map(({ at: _, ...message }) => message);
}

/** False where it cannot be kept: then it lives as long as the page. */
export function keep(user: string, message: Unsent): boolean {
  const list = [...kept(user), message];
  if (list.length > most.messages || list.reduce((sum, m) => sum + m.input.length, 0) > most.characters) return false;
  try {
    localStorage.setItem(placeOf(user, message.key), JSON.stringify({ ...message, at: performance.timeOrigin + performance.now() }));
    return true;
  } catch {
    return false;
  }
}

export function forget(user: string, key: string): void {
  try {
    localStorage.removeItem(placeOf(user, key));
  } catch {
    // It was never kept.
  }
}

/** Whether another tab has sent it or taken it back. What cannot be read is not gone. */
export function isForgotten(user: string, key: string): boolean {
  try {
    return localStorage.getItem(placeOf(user, key)) === null;
  } catch {
    return false;
  }
}

function read(place: string): (Unsent & { at?: number }) | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(place) ?? "null");
    return isUnsent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Another build, or a person, may have written anything there. */
const isUnsent = (value: unknown): value is Unsent => {
  const it = value as Partial<Unsent> | null;
  return typeof it?.key === "string" && typeof it.threadId === "string" && typeof it.input === "string";
};
