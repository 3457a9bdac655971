import type { ThreadCommands } from "@orleans-agents/client/react";
import { client } from "../app/client.ts";

/** The commands of a run for the controls that a conversation has too. */
export const runCommands = {
  pause: (runId, mode) => client.pause(runId, mode),
  resume: (runId) => client.resume(runId),
  retry: (runId) => client.retry(runId),
  cancel: (runId, reason) => client.cancel(runId, reason),
  resolve: (runId, callId, answer) => client.resolve(runId, callId, answer),
} as Pick<ThreadCommands, "pause" | "resume" | "retry" | "cancel" | "resolve"> as ThreadCommands;
