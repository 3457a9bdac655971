import { useState, type ReactNode } from "react";

interface Props {
  className?: string;
  /** Open until somebody chooses otherwise. */
  open?: boolean;
  summary: ReactNode;
  children: () => ReactNode;
  /** What stands below it while it is closed. */
  otherwise?: () => ReactNode;
}

/** Opens and closes. What is closed is not drawn: a conversation has thousands of them. */
export function Fold({ className, open: suggested = false, summary, children, otherwise }: Props) {
  const [chosen, setChosen] = useState<boolean>();
  const open = chosen ?? suggested;
  return (
    <>
      <details className={className} open={open}>
        <summary onClick={(e) => { e.preventDefault(); setChosen(!open); }}>{summary}</summary>
        {open && children()}
      </details>
      {!open && otherwise?.()}
    </>
  );
}
