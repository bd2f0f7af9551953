import { useMutation } from "@tanstack/react-query";
import { client } from "./client";
import { resumeEngine } from "./generated";
import { answerOf } from "./problem";

/** Let the engine enter again. */
export function useResume() {
  return useMutation({ mutationFn: () => answerOf(resumeEngine({ client })) });
}
