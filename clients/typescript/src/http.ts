import { backOff, pause } from "./backoff.js";
import { newCommandId } from "./ids.js";
import { mayPass, ProblemError } from "./problem.js";
import { signedFetch, type Caller, type SignedInit } from "./signedFetch.js";

export interface CommandOptions {
  /** Repeating a command with its key has one effect. A random one where none is given. */
  key?: string;
  signal?: AbortSignal;
  /** How often it is sent at most. */
  tries?: number;
  /** The pause before try n, in milliseconds. */
  backOff?: (n: number) => number;
}

export type Query = Record<string, string | number | boolean | undefined>;

interface Kept {
  tag: string;
  value: unknown;
}

/** Answers that are kept at most; the oldest goes first. */
const mostKept = 32;

/** Requests as the service wants them; refusals are thrown as `ProblemError`. */
export class Http {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly caller: Caller) {}

  async get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return (await (await this.send(path + text(query), { signal })).json()) as T;
  }

  /** As `get`, but only what changed is sent again: unchanged, it is the same object as before. */
  async getKept<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    const address = path + text(query);
    const before = this.kept.get(address);
    const headers: Record<string, string> = before ? { "If-None-Match": before.tag } : {};
    const response = await signedFetch(this.caller, address, { signal, headers: { Accept: "application/json", ...headers } });
    if (before && response.status === 304) return before.value as T;
    if (!response.ok) throw await ProblemError.of(response);
    const value = (await response.json()) as T;
    const tag = response.headers.get("ETag");
    this.kept.delete(address);
    if (tag !== null) this.kept.set(address, { tag, value });
    if (this.kept.size > mostKept) this.kept.delete(this.kept.keys().next().value!);
    return value;
  }

  async text(path: string, signal?: AbortSignal): Promise<string> {
    return await (await this.send(path, { signal })).text();
  }

  /** @param keepalive it is sent even while the page is closed. */
  async delete(path: string, keepalive = false): Promise<void> {
    await this.send(path, { method: "DELETE", keepalive });
  }

  /** Sent again with the same key until an answer is known: nobody can tell a lost request from a lost answer. */
  async command<T>(path: string, body: unknown, options: CommandOptions = {}, method: "POST" | "PATCH" | "DELETE" = "POST"): Promise<T> {
    const { key = newCommandId(), signal, tries = 6, backOff: delay = backOff } = options;
    for (let n = 0; ; n++) {
      try {
        const response = await this.send(path, {
          method,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), "Idempotency-Key": key },
          signal,
        });
        return (await response.json()) as T;
      } catch (error) {
        if (signal?.aborted || n + 1 >= tries || !mayPass(error)) throw error;
        await pause(delay(n), signal);
      }
    }
  }

  private async send(path: string, init: SignedInit): Promise<Response> {
    const response = await signedFetch(this.caller, path, { ...init, headers: { Accept: "application/json", ...init.headers } });
    if (!response.ok) throw await ProblemError.of(response);
    return response;
  }
}

const text = (query: Query) => {
  const pairs = Object.entries(query).filter(([, v]) => v !== undefined).map(([k, v]) => [k, String(v)]);
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs as [string, string][])}`;
};
