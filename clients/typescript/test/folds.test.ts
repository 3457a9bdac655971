import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { emptyRun, fold, reduce, type RunEvent } from "../src/index.js";

const journals = new URL("../../../tests/Grains.Tests/Recorded/", import.meta.url);
const expected = new URL("folds/", import.meta.url);
const names = readdirSync(journals).filter((f) => f.endsWith(".ndjson")).map((f) => f.slice(0, -".ndjson".length));
const read = (name: string): RunEvent[] =>
  readFileSync(new URL(`${name}.ndjson`, journals), "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line) as RunEvent);

/** The fields on which the service's fold and this one must agree. */
function shared(events: RunEvent[]) {
  const { status, reason, step, head, output, error, usage, pending } = fold(events[0]!.runId, events);
  return JSON.parse(JSON.stringify({ status, reason: reason ?? null, step, head, output: output ?? null, error: error ?? null, usage, pending }));
}

describe("Recorded journals", () => {
  it("are found", () => expect(names.length).toBeGreaterThan(0));

  it.each(names)("%s folds as the service folds it", (name) => {
    expect(shared(read(name))).toEqual(JSON.parse(readFileSync(new URL(`${name}.json`, expected), "utf8")));
  });

  it.each(names)("%s folds to the same from every seq", (name) => {
    const events = read(name);
    const whole = fold(events[0]!.runId, events);
    for (let n = 0; n <= events.length; n++) {
      expect(events.reduce(reduce, events.slice(0, n).reduce(reduce, emptyRun(events[0]!.runId)))).toEqual(whole);
    }
  });
});
