import { useCallback, useEffect, useRef, useState, type FormEvent } from "react";
import { AgentsClient, ProblemError } from "@orleans-agents/client";
import { Chat } from "./Chat.js";

/** Where the service is. Without it, requests go to the origin of this page, whose server passes them on: see vite.config.ts. */
const service: string = import.meta.env.VITE_SERVICE ?? "";

type Step = "asking" | "known" | "key" | "wrong key" | { problem: string };

/** Shows the chat to people whom the service knows, and asks others for a key. The key stays in memory: a reload asks for it again. */
export function Access() {
  const key = useRef<string>(undefined);
  const [client] = useState(() => new AgentsClient({ baseUrl: service, token: () => key.current }));
  const [step, setStep] = useState<Step>("asking");

  const enter = useCallback(async (given?: string) => {
    key.current = given;
    setStep("asking");
    setStep(await client.me().then(() => "known" as const, (error) => refusal(error, given)));
  }, [client]);
  useEffect(() => void enter(), [enter]);

  if (step === "known") return <Chat client={client} onSignedOut={() => setStep("key")} />;
  if (step === "asking") return <p role="status">Asking the service…</p>;
  if (step === "key" || step === "wrong key") return <KeyForm wrong={step === "wrong key"} onKey={enter} />;
  return (
    <p role="alert">
      {step.problem} <button onClick={() => void enter(key.current)}>Try again</button>
    </p>
  );
}

function refusal(error: unknown, key: string | undefined): Step {
  if (!(error instanceof ProblemError)) {
    return { problem: `No answer from ${service || "the service"}. Is it running, and does its setting Cors:Origins name ${location.origin}?` };
  }

  return error.status !== 401 ? { problem: error.message } : key === undefined ? "key" : "wrong key";
}

function KeyForm({ wrong, onKey }: { wrong: boolean; onKey(key: string): void }) {
  const [key, setKey] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onKey(key.trim());
  };
  return (
    <form className="key" onSubmit={submit}>
      <label>
        Access key
        <input
          type="password" value={key} onChange={(e) => setKey(e.target.value)} autoComplete="off" autoFocus required
          pattern="\s*[!-~]+\s*" title="Letters, digits and signs, without spaces"
        />
      </label>
      <button>Sign in</button>
      {wrong && <p role="alert">The service does not know this key.</p>}
    </form>
  );
}
