import type { FeedbackGivenData } from "../generated/openapi.js";
import type { RunView } from "./view.js";

/** The newest counts, also one that comes after the run's end; `none` takes it back. */
export const takeFeedback = (v: RunView, { value, note, by }: FeedbackGivenData): RunView => ({
  ...v,
  feedback: value === "none" ? undefined : { value, by, ...(note ? { note } : {}) },
});
