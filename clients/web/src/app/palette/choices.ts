import type { ThreadSummary } from "@orleans-agents/client";

/** Something that the page can do, by its name. */
export interface Command {
  name: string;
  run: () => void;
}

export type Choice = { key: string; group: string } & ({ command: Command } | { thread: ThreadSummary });

/** What can be chosen: with nothing written, conversations of late and every command; else commands of that name and what the search found. */
export function choicesOf(text: string, commands: Command[], recent: ThreadSummary[], hits: ThreadSummary[]): Choice[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const named = commands
    .filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
    .map((command): Choice => ({ key: `command-${command.name}`, group: "Commands", command }));
  const threads = (words.length === 0 ? recent : hits).map((thread): Choice => ({ key: thread.id, group: words.length === 0 ? "Recent" : "Conversations", thread }));
  return words.length === 0 ? [...threads, ...named] : [...named, ...threads];
}
