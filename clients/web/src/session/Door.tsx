import { useEffect, useRef } from "react";
import type { OidcView } from "@orleans-agents/client";
import { App } from "../app/App.tsx";
import { may, open, signOut, useSession } from "./session.ts";
import { SignIn } from "./SignIn.tsx";

void open();

/** Lets in whoever may be here; somebody whom the service no longer knows signs in over the page, which stays as it is. */
export function Door() {
  const session = useSession();
  switch (session.phase) {
    case "opening":
      return <div className="door"><p role="status">{session.failed ? "The service cannot be reached. Trying again…" : "Loading…"}</p></div>;
    case "out":
      return (
        <main className="door">
          <SignIn title="Sign in" why={session.why ?? "This service asks who you are."} oidc={session.oidc} />
        </main>
      );
    case "beside":
      return (
        <main className="door">
          <h1>{session.why === undefined ? "You are signed in" : "You are not signed in"}</h1>
          <p role="status">{session.why} Close this window, and go on in the one that you came from.</p>
        </main>
      );
    case "in":
    case "lost":
      return (
        <>
          {may(session.me, "view") ? <App /> : <Blind user={session.me.user} />}
          {session.phase === "lost" && <Again oidc={session.oidc} />}
        </>
      );
  }
}

function Again({ oidc }: { oidc?: OidcView }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const it = dialog.current!;
    it.showModal();
    return () => it.close();
  }, []);
  return (
    <dialog ref={dialog} className="door" aria-label="Sign in again" onCancel={(e) => e.preventDefault()}>
      <SignIn title="Sign in again" why="The service no longer takes what you signed in with: it expired or was revoked. Nothing here is lost, and what is under way goes on." oidc={oidc} isBeside />
      <button type="button" className="quiet" onClick={signOut}>Sign out instead</button>
    </dialog>
  );
}

function Blind({ user }: { user: string }) {
  return (
    <main className="door">
      <h1>There is nothing to show</h1>
      <p>You are signed in as {user}, and reading needs the role view, which you do not have.</p>
      <button type="button" onClick={signOut}>Sign out</button>
    </main>
  );
}
