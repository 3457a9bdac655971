import { ProblemError } from "../problem.js";

/** How the connection stands. */
export interface Connection {
  /**
   * `connecting`: not opened yet. `live`: what happens is known at once. `away`: cut or incomplete, and tried again by itself.
   * `idle`: a thread that does not exist yet; it is watched once a message was sent to it. `stopped`: not tried again, see `reason`.
   */
  state: "connecting" | "live" | "away" | "idle" | "stopped";
  /** Why it is `away` or `stopped`. */
  reason?: AwayReason | StopReason;
  /** While `away`: when it is tried again, in milliseconds since 1970. */
  retryAt?: number;
}

/** `offline`: this device has no network. `unreachable`: nobody answers. `unavailable`: the service answers that it cannot now. `cut`: it was live until now. `incomplete`: an event of a thread is missing from what the service sends. */
export type AwayReason = "offline" | "unreachable" | "unavailable" | "cut" | "incomplete";

/** `signed_out`: the service does not know who calls. `forbidden`: the caller may not. `gone`: there is no such thing any longer. `refused`: anything else. */
export type StopReason = "signed_out" | "forbidden" | "gone" | "refused";

export function awayReason(error: unknown): AwayReason {
  if (globalThis.navigator?.onLine === false) return "offline";
  return error === undefined ? "cut" : error instanceof ProblemError ? "unavailable" : "unreachable";
}

export function stopReason({ status }: ProblemError): StopReason {
  return status === 401 ? "signed_out" : status === 403 ? "forbidden" : status === 404 || status === 410 ? "gone" : "refused";
}
