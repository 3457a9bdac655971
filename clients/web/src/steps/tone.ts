const Tones: Record<string, string> = { running: "work", retrying: "hold", checking: "work", deciding: "ask", completed: "done", failed: "bad" };

/** The colour of where a step stands. */
export const toneOfStep = (status: string): string => Tones[status] ?? "off";
