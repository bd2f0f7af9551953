import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/** Has the exported page come to life here? Until then a component must say what was exported, whatever is known already. */
export function useAlive(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
