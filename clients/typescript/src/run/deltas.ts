import type { ModelDelta } from "../generated/openapi.js";
import { changeAnswer } from "./calls.js";
import type { AssistantMessage, RunView, TextPart } from "./view.js";

/**
 * Adds a piece of the open attempt's text.
 *
 * What is known of it is cut off first, so that pieces may overlap. Offsets count UTF-16 units, as JavaScript does, so that
 * even a piece which ends inside a character is whole again with the next.
 */
export function takeDelta(view: RunView, delta: ModelDelta): RunView {
  const { step, attempt, offset, text, kind } = delta.data;
  const open = view.fold.model;
  if (!open || open.retrying || open.step !== step || open.attempt !== attempt) {
    return delta.after > view.head ? { ...view, missing: { after: view.head } } : view;
  }

  if (offset > open.length) return { ...view, missing: { after: view.head } };
  const fresh = text.slice(open.length - offset);
  if (fresh.length === 0 || (kind !== "text" && kind !== "reasoning")) return view;

  return {
    ...view,
    missing: undefined,
    messages: changeAnswer(view, step, (m) => write(m, kind, fresh)),
    fold: { ...view.fold, model: { ...open, length: open.length + fresh.length } },
  };
}

function write(message: AssistantMessage, kind: TextPart["kind"], text: string): AssistantMessage {
  const last = message.parts.at(-1);
  const parts = last?.kind === kind
    ? [...message.parts.slice(0, -1), { kind, text: (last.text as string) + text }]
    : [...message.parts, { kind, text }];
  return { ...message, parts };
}
