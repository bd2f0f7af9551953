"use client";

import { useEffect, useRef, useState, type RefObject } from "react";
import { whenIdle } from "@/lib/idle";

export type Library = typeof import("./chart-library");

export interface Canvas {
  remove(): void;
}

/** A drawing in a box: its library is loaded only when there is something to draw, and it goes with the component. */
export function useCanvas<C extends Canvas>(draw: (library: Library, box: HTMLElement) => C): [box: RefObject<HTMLDivElement | null>, canvas: C | null] {
  const box = useRef<HTMLDivElement>(null);
  const [canvas, setCanvas] = useState<C | null>(null);
  useEffect(() => {
    let gone = false;
    let drawn: C | undefined;
    let callOff: (() => void) | undefined;
    // What can be read comes first: a chart is a fifth of a second's work on a slow machine.
    void import("./chart-library").then((library) => {
      if (gone) return;
      callOff = whenIdle(() => {
        if (box.current === null) return;
        drawn = draw(library, box.current);
        // The library lays its panes out in a table, which is none of data: the box says in words what is drawn.
        for (const table of box.current.querySelectorAll("table")) table.role = "presentation";
        setCanvas(drawn);
      });
    });
    return () => {
      gone = true;
      callOff?.();
      drawn?.remove();
      setCanvas(null);
    };
  }, [draw]);
  return [box, canvas];
}
