import type { ThreadSummary } from "@orleans-agents/client";
import type { ThreadActions } from "../threads/actions.ts";
import type { Command } from "./palette/choices.ts";
import { runsHref } from "../runs/place.ts";
import { open } from "./route.ts";
import { setTheme } from "./theme.ts";

/** What the palette offers: for the page, and for the conversation that is open. */
export function commandsOf(thread: ThreadSummary | undefined, actions: ThreadActions, toggleSteps: () => void): Command[] {
  return [
    { name: "New conversation", run: () => open() },
    ...(thread
      ? [
          { name: thread.pinned ? "Unpin this conversation" : "Pin this conversation", run: () => actions.pin(thread) },
          { name: thread.archived ? "Take this conversation out of the archive" : "Archive this conversation", run: () => actions.archive(thread) },
        ]
      : []),
    { name: "Show or hide steps and memory", run: toggleSteps },
    { name: "All runs", run: () => (location.hash = runsHref) },
    { name: "Theme: same as system", run: () => setTheme("system") },
    { name: "Theme: light", run: () => setTheme("light") },
    { name: "Theme: dark", run: () => setTheme("dark") },
    { name: "API reference", run: () => location.assign("/docs") },
  ];
}
