import { useLayoutEffect, useRef, type KeyboardEvent } from "react";

export interface MenuItem {
  name: string;
  danger?: boolean;
  /** Why it cannot be chosen at the moment. */
  refused?: string;
  choose: () => void;
}

interface Props {
  label: string;
  /** It opens below this, and the focus goes back there. */
  anchor: HTMLElement;
  items: MenuItem[];
  onClose: () => void;
}

const margin = 8;

/** What can be done with a row. It lies over everything, closes with Escape or a click elsewhere, and the arrow keys choose. */
export function RowMenu({ label, anchor, items, onClose }: Props) {
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const it = menu.current!;
    it.showPopover();
    const at = anchor.getBoundingClientRect();
    const below = at.bottom + 4 + it.offsetHeight < innerHeight - margin;
    it.style.top = `${Math.max(margin, below ? at.bottom + 4 : at.top - 4 - it.offsetHeight)}px`;
    it.style.left = `${Math.max(margin, Math.min(at.left, innerWidth - it.offsetWidth - margin))}px`;
    it.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const toggled = (e: Event) => (e as ToggleEvent).newState === "closed" && onClose();
    it.addEventListener("toggle", toggled);
    return () => {
      it.removeEventListener("toggle", toggled);
      it.hidePopover();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const close = () => {
    onClose();
    anchor.focus();
  };
  const onKeyDown = (e: KeyboardEvent) => {
    const all = [...menu.current!.querySelectorAll<HTMLElement>("[role=menuitem]")];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
    e.stopPropagation();
    if (e.key === "Escape" || e.key === "Tab") close();
    else if (to !== undefined) all[(to + all.length) % all.length]!.focus();
    else return;
    e.preventDefault();
  };
  return (
    <div ref={menu} popover="auto" className="row-menu" role="menu" aria-label={label} onKeyDown={onKeyDown}>
      {items.map(({ name, danger, refused, choose }) => (
        <button
          key={name}
          type="button"
          role="menuitem"
          tabIndex={-1}
          className={danger ? "danger" : undefined}
          aria-disabled={refused !== undefined}
          onClick={() => {
            if (refused !== undefined) return;
            close();
            choose();
          }}
        >
          {name}
          {refused !== undefined && <small>{refused}</small>}
        </button>
      ))}
    </div>
  );
}
