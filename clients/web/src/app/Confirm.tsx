import { useId, useLayoutEffect, useRef, type ReactNode } from "react";

interface Props {
  title: string;
  children: ReactNode;
  /** What the button that does it says. */
  action: string;
  busy: boolean;
  failure?: string;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Asks before something is done. The browser keeps the focus in it, and gives it back afterwards; Escape is a no. */
export function Confirm({ title, children, action, busy, failure, onConfirm, onCancel }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Closed while it is still part of the page: one that is not gives no focus back.
  useLayoutEffect(() => {
    const it = dialog.current!;
    it.showModal();
    return () => it.close();
  }, []);
  return (
    <dialog ref={dialog} className="confirm" aria-labelledby={id} onCancel={(e) => { e.preventDefault(); onCancel(); }}>
      <h2 id={id}>{title}</h2>
      {children}
      {failure && <p className="failure" role="alert">{failure}</p>}
      <div className="row">
        <button type="button" autoFocus onClick={onCancel}>Cancel</button>
        <button type="button" className="primary" disabled={busy} onClick={onConfirm}>{action}</button>
      </div>
    </dialog>
  );
}
