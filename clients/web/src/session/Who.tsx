import { signOut, useSession } from "./session.ts";

/** Who is signed in, and the way out. Nothing where nobody is asked. */
export function Who() {
  const session = useSession();
  if (!("me" in session) || !session.me.signedIn) return null;
  const { user, tenant, roles } = session.me;
  return (
    <div className="who">
      <p>Signed in as <strong>{user}</strong> of {tenant}, with {roles.length === 0 ? "no role" : roles.join(", ")}</p>
      <button type="button" className="quiet" onClick={signOut}>Sign out</button>
    </div>
  );
}
