import { useMutation } from "@tanstack/react-query";
import { client } from "./client";
import { pauseEngine } from "./generated";
import { answerOf } from "./problem";

/** Stop the engine's entries; exits go on. */
export function usePause() {
  return useMutation({ mutationFn: () => answerOf(pauseEngine({ client })) });
}
