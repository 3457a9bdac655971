export { useThread, useThreadCommands, type ThreadCommands, type UseThread } from "./react/useThread.js";
export { useAgents, useRuns, useThreads } from "./react/useLists.js";
export { useThreadSearch, type ThreadSearch } from "./react/useThreadSearch.js";
