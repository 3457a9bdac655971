import type { MemoryFailure } from "@orleans-agents/client";
import { useNow } from "../app/hooks.ts";
import { exactly, left } from "../app/words.ts";

/** Why the newest summary was not made, and when it is tried again. The memory is what it was. */
export function Failure({ failure: { at, code, message, attempts, retryAt } }: { failure: MemoryFailure }) {
  const now = useNow(retryAt != null && Date.parse(retryAt) > Date.now());
  const later = retryAt != null && Date.parse(retryAt) > now;
  return (
    <div className="memory-failure" role="status">
      <p><strong>The newest summary was not made</strong> <time dateTime={at}>{exactly(at)}</time></p>
      <p><code>{code}</code> {message}</p>
      <p className="note">
        {attempts > 1 && `${attempts} times in a row. `}The memory stays as it was; tried again {later ? <time dateTime={retryAt}>{left(retryAt, now)}</time> : "with the next turn"}.
      </p>
    </div>
  );
}
