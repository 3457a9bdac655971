import { useEffect, useRef, type ReactNode } from "react";

interface Props {
  as: "nav" | "aside";
  label: string;
  /** Too narrow for a column: it opens over the page. */
  drawer: boolean;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A column beside the conversation, or a drawer. As a drawer it is a modal dialog: the browser keeps focus in it and Escape closes it. */
export function Side({ as: Landmark, label, drawer, open, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (!drawer || !dialog.current) return;
    if (open && !dialog.current.open) dialog.current.showModal();
    if (!open && dialog.current.open) dialog.current.close();
  }, [drawer, open]);
  // Once opened it is kept, so that it is found again as it was left.
  const used = useRef(false);
  used.current ||= open;
  const column = <Landmark className={`side ${Landmark}`} aria-label={label}>{children}</Landmark>;
  if (!drawer) return column;
  return (
    <dialog ref={dialog} className={`drawer ${Landmark}`} aria-label={label} onClose={onClose} onClick={(e) => e.target === dialog.current && onClose()}>
      {used.current && column}
      <button type="button" className="icon close" aria-label={`Close ${label.toLowerCase()}`} onClick={onClose}>✕</button>
    </dialog>
  );
}
