/** Work that can wait until the browser has nothing better to do. */

const AT_THE_LATEST_MS = 1500;
const WHERE_NOBODY_TELLS_MS = 60;

/** Run all of them one after another, each when the browser is idle again; the answer calls off what is left. */
export function oneByOneWhenIdle([first, ...others]: readonly (() => void)[]): () => void {
  if (first === undefined) return () => undefined;
  let callOff = whenIdle(() => {
    first();
    callOff = oneByOneWhenIdle(others);
  });
  return () => callOff();
}

/** Run then, in a task of its own; the answer calls it off. */
export function whenIdle(run: () => void): () => void {
  if (typeof requestIdleCallback === "undefined") {
    const timer = setTimeout(run, WHERE_NOBODY_TELLS_MS);
    return () => clearTimeout(timer);
  }
  const asked = requestIdleCallback(run, { timeout: AT_THE_LATEST_MS });
  return () => cancelIdleCallback(asked);
}
