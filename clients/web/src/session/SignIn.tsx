import { useId, useState, type FormEvent } from "react";
import type { OidcView } from "@orleans-agents/client";
import { useCommand } from "../app/hooks.ts";
import { canReach, goToSignIn } from "./atAuthority.ts";
import { signIn, signInBeside } from "./session.ts";

interface Props {
  title: string;
  why: string;
  oidc?: OidcView;
  /** The page below stays as it is: signing in at the authority happens in a window of its own. */
  isBeside?: boolean;
}

/** Sends to the authority where there is one, asks for a key or token, and says in words what is wrong with it. */
export function SignIn({ title, why, oidc, isBeside = false }: Props) {
  return (
    <div className="sign-in">
      <h1>{title}</h1>
      <p>{why}</p>
      {oidc && <AtAuthority oidc={oidc} isBeside={isBeside} />}
      {oidc ? <details><summary>Use an access key instead</summary><ByKey /></details> : <ByKey isFirst />}
    </div>
  );
}

function AtAuthority({ oidc, isBeside }: { oidc: OidcView; isBeside: boolean }) {
  const { busy, failure, run } = useCommand();
  if (!canReach(oidc)) {
    return <p className="failure" role="alert">{isSecureContext ? "The sign-in server cannot be reached at present. Load the page again to try once more." : "The sign-in server can be used only from a page that came over https."}</p>;
  }

  return (
    <>
      {failure && <p className="failure" role="alert">{failure}</p>}
      <button type="button" className="primary" autoFocus disabled={busy} onClick={() => void run(() => (isBeside ? signInBeside(oidc) : goToSignIn(oidc)))}>
        Sign in at {new URL(oidc.server.authorizationEndpoint).host}
      </button>
    </>
  );
}

function ByKey({ isFirst = false }: { isFirst?: boolean }) {
  const [given, setGiven] = useState("");
  const { busy, failure, run } = useCommand();
  const id = useId();
  const submit = (e: FormEvent) => {
    e.preventDefault();
    void run(() => signIn(given));
  };
  return (
    <form onSubmit={submit}>
      <label htmlFor={id}>Access key or token</label>
      <input id={id} type="password" autoComplete="current-password" spellCheck={false} autoFocus={isFirst} value={given} onChange={(e) => setGiven(e.target.value)} />
      {failure && <p className="failure" role="alert">{failure}</p>}
      <button type="submit" className={isFirst ? "primary" : undefined} disabled={busy || given.trim() === ""}>Sign in</button>
      <p className="note">It stays in this tab, and is forgotten when you close it or sign out.</p>
    </form>
  );
}
