import { expect, it } from "vitest";
import { ProblemError } from "../src/index.js";

it.each([
  [500, "run_corrupt", false], [500, "thread_corrupt", false], [500, "facts_corrupt", false], [507, "storage_full", false], [400, "invalid_request", false],
  [500, "internal", true], [503, "run_moved", true], [429, "too_many_requests", true],
])("a %i %s can pass by itself: %s", (status, code, passing) => {
  expect(new ProblemError(status, code, "").passing).toBe(passing);
});
