import { useEffect, useState } from "react";
import { finish, patience, undo, useNotices, type Notice } from "./notices.ts";

/** What was done, and the way back. The region is always there: only then do screen readers tell what comes into it. */
export function Notices() {
  const notices = useNotices();
  return (
    <div className="notices" role="status">
      {notices.map((n) => <One key={n.id} notice={n} />)}
    </div>
  );
}

function One({ notice }: { notice: Notice }) {
  // Whoever is about to press the button is not hurried.
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held || notice.bad) return;
    const timer = setTimeout(() => finish(notice), patience);
    return () => clearTimeout(timer);
  }, [notice, held]);
  return (
    <div
      className={notice.bad ? "notice bad" : "notice"}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <p>{notice.text}</p>
      {notice.undo && <button type="button" className="quiet" onClick={() => undo(notice)}>Undo</button>}
      <button type="button" className="icon" aria-label="Close this notice" onClick={() => finish(notice)}>✕</button>
    </div>
  );
}
