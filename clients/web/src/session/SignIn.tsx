import { useId, useState, type FormEvent } from "react";
import { useCommand } from "../app/hooks.ts";
import { signIn } from "./session.ts";

/** Asks for a key or token, and says in words what is wrong with it. */
export function SignIn({ title, why }: { title: string; why: string }) {
  const [given, setGiven] = useState("");
  const { busy, failure, run } = useCommand();
  const id = useId();
  const submit = (e: FormEvent) => {
    e.preventDefault();
    void run(() => signIn(given));
  };
  return (
    <form className="sign-in" onSubmit={submit}>
      <h1>{title}</h1>
      <p>{why}</p>
      <label htmlFor={id}>Access key or token</label>
      <input id={id} type="password" autoComplete="current-password" spellCheck={false} autoFocus value={given} onChange={(e) => setGiven(e.target.value)} />
      {failure && <p className="failure" role="alert">{failure}</p>}
      <button type="submit" className="primary" disabled={busy || given.trim() === ""}>Sign in</button>
      <p className="note">It stays in this tab, and is forgotten when you close it or sign out.</p>
    </form>
  );
}
