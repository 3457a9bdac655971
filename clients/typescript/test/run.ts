import type { RunEvent } from "../src/index.js";

export const runId = "run_test";
const at = (seq: number) => `2026-01-01T00:00:${String(seq).padStart(2, "0")}.000000Z`;

/** Writes a run's events with their seqs, as a journal would. */
export class Script {
  private seq = 0;
  readonly events: RunEvent[] = [];

  constructor(readonly id = runId) {}

  private add(type: string, data: unknown): this {
    this.seq++;
    this.events.push({ runId: this.id, seq: this.seq, at: at(this.seq), type, data } as RunEvent);
    return this;
  }

  created = (input = "Why?", more: object = {}) =>
    this.add("run.created", {
      agent: "docs", definition: "sha256:00", model: "default", input, principal: { tenant: "local", user: "local" }, budget: {}, ...more,
    }).add("run.started", {});

  createdAt = (startAt: string) =>
    this.add("run.created", {
      agent: "docs", definition: "sha256:00", model: "default", input: "Why?", principal: { tenant: "local", user: "local" }, budget: {}, startAt,
    }).add("run.waiting", { reason: "timer", until: startAt });

  model = (step: number, attempt = 1) =>
    this.add("model.started", { step, attempt, model: "default", reserved: 1, context: { from: 1, through: this.seq, tokens: 1, assembler: "window/1" } });

  says = (offset: number, text: string, { step = 1, attempt = 1, kind = "text" } = {}) => {
    this.events.push({ runId: this.id, after: this.seq, type: "model.delta", data: { step, attempt, kind, offset, text } } as RunEvent);
    return this;
  };

  answered = (step: number, content: string | object[], tools: string[] = [], attempt = 1, usage: object = {}) =>
    this.add("model.completed", {
      step, attempt,
      content: typeof content === "string" ? (content ? [{ type: "text", text: content }] : []) : content,
      toolCalls: tools.map((tool, i) => ({ callId: `call_${step}_${i + 1}`, providerCallId: "x", tool, arguments: { q: i } })),
      usage: { inputTokens: 10, cachedTokens: 0, outputTokens: 5, reasoningTokens: 0, modelCalls: 1, toolCalls: 0, ...usage },
      finishReason: tools.length ? "tool_calls" : "stop", contextTokens: 1, requestHash: "sha256:00",
    });

  /** An answer that was stopped: what it had said until then. */
  interrupted = (step: number, text: string, attempt = 1) =>
    this.add("model.completed", {
      step, attempt, content: [{ type: "text", text }], toolCalls: [], usage: { inputTokens: 10, outputTokens: 3, modelCalls: 1 },
      finishReason: "interrupted", contextTokens: 1, requestHash: "sha256:00",
    });

  failed = (step: number, attempt: number, more: object = {}, code = "unavailable") =>
    this.add("model.failed", { step, attempt, error: { code, message: "No answer." }, ...more });

  tool = (step: number, callId: string, attempt = 1) =>
    this.add("tool.started", { step, callId, tool: "search", arguments: { q: 0 }, attempt, idempotencyKey: "k" });

  result = (callId: string, result: unknown = "found", attempt = 1) => this.add("tool.completed", { callId, attempt, result, durationMs: 12 });

  toolFailed = (callId: string, more: object) =>
    this.add("tool.failed", { callId, attempt: 1, error: { code: "failed", message: "No." }, outcome: "failed", willRetry: false, ...more });

  asks = (callId: string) => this.add("decision.requested", { callId, text: "Did it happen?", retryFrom: "2026-01-01T00:05:00Z" });
  decided = (callId: string, decision: string, result?: string, more: object = {}) =>
    this.add("decision.resolved", { callId, decision, by: "local", ...(result ? { result } : {}), ...more });

  checking = (callId: string, check = 1) => this.add("tool.checking", { step: 2, callId, attempt: 1, check });
  checked = (callId: string, finding: string, more: object = {}) => this.add("tool.checked", { callId, check: 1, finding, ...more });

  steered = (content: string, delivery = "steer") => this.add("message.received", { content, delivery });
  held = (reason: string, until: string, error?: object) => this.add("run.waiting", { reason, until, ...(error ? { error } : {}) });
  retryRequested = (by?: string) => this.add("retry.requested", by ? { by } : {});
  paused = (reason = "user", mode = "now", by?: string) => this.add("run.paused", { mode, reason, ...(by ? { by } : {}) });
  budget = (limit: string) => this.add("budget.reached", { limit, allowed: 1 });
  resumed = () => this.add("run.resumed", {});
  cancelling = (by?: string) => this.add("run.cancelling", { deadline: "2026-01-01T00:01:00Z", ...(by ? { by } : {}) });
  cancelled = () => this.add("run.cancelled", {});
  completed = (output: unknown) => this.add("run.completed", { output, usage: {} });
  runFailed = () => this.add("run.failed", { error: { code: "content_filter", message: "Refused." } });
  feedback = (value: string, note?: string) => this.add("feedback.given", { value, ...(note ? { note } : {}), by: "ann" });
  unknown = () => this.add("run.transcended", { to: "elsewhere" });
}
