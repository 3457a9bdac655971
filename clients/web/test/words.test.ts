import { describe, expect, it } from "vitest";
import { duration, left, standingOf } from "../src/app/words.ts";

describe("Words", () => {
  it("name where a run stands", () => {
    expect(standingOf({ status: "waiting", reason: "decision" })).toEqual({ word: "Needs you", tone: "ask" });
    expect(standingOf({ status: "waiting", reason: "retry" }).word).toBe("Trying again");
    expect(standingOf(undefined).word).toBe("New");
  });

  it("name times", () => {
    expect([duration(12), duration(1840), duration(59_400), duration(125_000), duration(7_260_000)]).toEqual(["12 ms", "1.8 s", "59 s", "2 min 5 s", "2 h 1 min"]);
    expect([left("2026-01-01T00:00:08Z", Date.parse("2026-01-01T00:00:00Z")), left("2026-01-01T00:00:00Z", Date.parse("2026-01-01T00:00:01Z"))]).toEqual(["in 8 s", "now"]);
  });
});
