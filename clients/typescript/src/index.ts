export * from "./events.js";
export * from "./text.js";
export * from "./problem.js";
export * from "./ids.js";
export { backOff, pause } from "./backoff.js";
export * from "./client.js";
export type { CommandOptions } from "./http.js";
export type { Caller } from "./signedFetch.js";
export * from "./run/view.js";
export { fold, reduce } from "./run/reduce.js";
export { callsOf, currentCalls } from "./run/calls.js";
export * from "./thread/view.js";
export { reduceThread } from "./thread/reduce.js";
export { ThreadStore, type StoreOptions, type ThreadSnapshot } from "./thread/store.js";
export { asksSomebody, ThreadsStore, waitsForSomebody } from "./lists/threadsStore.js";
export { RunsStore } from "./lists/runsStore.js";
export type { ListSnapshot } from "./lists/liveList.js";
export * from "./watch/transport.js";
export { SseTransport, type SseOptions } from "./watch/sse.js";
export { SignalRTransport } from "./watch/signalr.js";
export { FallbackTransport } from "./watch/fallback.js";
export type { AwayReason, Connection, StopReason } from "./watch/connection.js";
export type { KeepOpenOptions } from "./watch/keepOpen.js";
export { watch, watchRuns, type WatchOptions } from "./watch/watch.js";
export type {
  AgentView, Budget, ContextManifest, ContextPart, DroppedView, EventPage, LeftOut, MemoryFailure, MemoryVersion, MemoryView, MeView, NumberRange,
  OidcServer, OidcView, PauseMode,
  PendingView, Receipt, RunSummary, RunView as WireRunView, SignInView, StepContext, StepView, SummaryView, ThreadMatch, ThreadMessage, ThreadSummary, ThreadView as WireThread, ToolView,
} from "./generated/openapi.js";
