"use client";

import { useEffect, useState } from "react";

const PATIENCE_MS = 4000;

/**
 * A page that cannot come must not take away the one that is here: while `lost`, a link's page is asked for before it is gone to.
 *
 * Returns whether one was asked for in vain.
 */
export function useHeldPage(lost: boolean): boolean {
  const [inVain, setInVain] = useState(false);
  useEffect(() => {
    if (!lost) return;
    // The newest click counts, and none once the line is back.
    let newest: HTMLAnchorElement | null = null;
    const hold = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
      if (link === null || !leadsAway(link, event)) return;
      event.preventDefault();
      newest = link;
      void comes(link.href).then((there) => {
        if (newest !== link) return;
        if (there) window.location.assign(link.href);
        else setInVain(true);
      });
    };
    document.addEventListener("click", hold, true);
    return () => {
      newest = null;
      document.removeEventListener("click", hold, true);
      setInVain(false);
    };
  }, [lost]);
  return inVain;
}

function leadsAway(link: HTMLAnchorElement, event: MouseEvent): boolean {
  const elsewhere = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target !== "" || link.hasAttribute("download");
  const placeHere = link.hash !== "" && link.pathname === window.location.pathname && link.search === window.location.search;
  return !elsewhere && !placeHere && link.origin === window.location.origin;
}

/** Whether anything answers there at all. */
async function comes(address: string): Promise<boolean> {
  try {
    await fetch(address, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    return true;
  } catch {
    return false;
  }
}
