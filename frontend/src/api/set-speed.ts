import { useMutation } from "@tanstack/react-query";
import { client } from "./client";
import { setEngineSpeed } from "./generated";
import { answerOf } from "./problem";

/** Seconds of data shown in one second, or "max". */
export function useSetSpeed() {
  return useMutation({ mutationFn: (speed: string) => answerOf(setEngineSpeed({ client, body: { speed } })) });
}
