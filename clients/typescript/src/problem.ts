import type { ApiProblem } from "./generated/openapi.js";

/** The service refused: a stable code, and a sentence for people. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly problem?: ApiProblem,
  ) {
    super(detail);
  }

  /** Whether asking the same again can help. */
  get passing(): boolean {
    return this.status === 408 || this.status === 429 || (this.status >= 500 && this.status !== 501 && this.status !== 507 && !this.code.endsWith("_corrupt"));
  }

  static async of(response: Response): Promise<ProblemError> {
    const text = await response.text().catch(() => "");
    try {
      const problem = JSON.parse(text) as ApiProblem;
      return new ProblemError(response.status, problem.code ?? "unknown", problem.detail ?? problem.title ?? response.statusText, problem);
    } catch {
      return new ProblemError(response.status, "unknown", `The service answered ${response.status}.`);
    }
  }
}

/** Whether a failure may pass by itself: the network's, or a refusal for the moment. */
export const mayPass = (error: unknown): boolean =>
  error instanceof ProblemError ? error.passing : !(error instanceof DOMException && error.name === "AbortError");
