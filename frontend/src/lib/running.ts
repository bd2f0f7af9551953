import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/** False in the exported page and while it comes to life, then true: what only the browser knows is drawn after that. */
export function useRunning(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
