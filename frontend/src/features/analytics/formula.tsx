"use client";

import { useCallback, useEffect, useId, useRef, useState, type CSSProperties } from "react";

const GAP = 4;
const EDGE = 8;
const WIDEST = 320;
const HIGHEST = 160;

/** Above the name where there is room, else below it, and never beyond the window's edges. */
function placeBeside(name: DOMRect): CSSProperties {
  const left = Math.max(EDGE, Math.min(name.left, window.innerWidth - WIDEST - EDGE));
  return name.top > HIGHEST ? { left, bottom: window.innerHeight - name.top + GAP } : { left, top: name.bottom + GAP };
}

/**
 * A name whose formula is read on hover, on keyboard focus and on a tap; Escape puts it away.
 *
 * By hand, since a library's tooltip would cost the page a tenth of all its JavaScript.
 */
export function Formula({ name, formula, note }: { name: string; formula: string; note?: string }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [place, setPlace] = useState<CSSProperties | null>(null);
  const open = place !== null;
  const show = useCallback(() => {
    if (button.current) setPlace(placeBeside(button.current.getBoundingClientRect()));
  }, []);
  const hide = () => setPlace(null);
  useEffect(() => {
    if (!open) return;
    const escape = (event: KeyboardEvent) => event.key === "Escape" && setPlace(null);
    window.addEventListener("scroll", show, { capture: true, passive: true });
    document.addEventListener("keydown", escape);
    return () => {
      window.removeEventListener("scroll", show, { capture: true });
      document.removeEventListener("keydown", escape);
    };
  }, [open, show]);
  return (
    // The formula stands inside, so that the pointer may go over to it.
    <span className="inline-flex max-w-full min-w-0" onPointerEnter={(event) => event.pointerType === "mouse" && show()} onPointerLeave={hide}>
      <button
        ref={button}
        type="button"
        aria-describedby={open ? id : undefined}
        onFocus={show}
        onBlur={hide}
        onClick={show}
        className="label max-w-full cursor-help truncate rounded-[2px] text-left underline decoration-line-strong decoration-dotted underline-offset-[3px] hover:text-ink"
      >
        {name}
      </button>
      {open ? (
        <span
          id={id}
          role="tooltip"
          style={place}
          className="fixed z-40 block w-max max-w-[min(20rem,calc(100vw-1rem))] rounded-[3px] border border-line-strong bg-raised px-2.5 py-2 text-xs text-ink shadow-lg"
        >
          <span className="block">{formula}</span>
          {note ? <span className="num mt-1 block text-2xs text-ink-2">{note}</span> : null}
        </span>
      ) : null}
    </span>
  );
}
