import type { Connection } from "@orleans-agents/client";

const words: Record<string, string> = {
  offline: "You are offline. The page goes on by itself when the network is back.",
  unreachable: "The service cannot be reached. Trying again…",
  unavailable: "The connection was lost: the service is not ready. Trying again…",
  incomplete: "A part of this conversation cannot be read. What follows it is missing here. Trying again…",
  cut: "The connection was lost. Coming back…",
};

/** Why what is shown may be older than what the service has; nothing while it is not. */
export function Away({ connection, onRetry }: { connection: Connection; onRetry?: () => void }) {
  if (connection.state !== "away") return null;
  return (
    <div className="banner away">
      <p role="status">{words[connection.reason ?? "cut"]}</p>
      {onRetry && <button type="button" className="quiet" onClick={onRetry}>Try now</button>}
    </div>
  );
}
