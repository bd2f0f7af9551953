import { ApiProblem } from "@/api/problem";

/** What a failed lever means: the contract's no, something that was not done, or silence behind which it may have been done. */
export function howItFailed(error: unknown): "refused" | "notDone" | "unknown" {
  const status = error instanceof ApiProblem ? error.status : 0;
  if (status === 409) return "refused";
  return status >= 400 && status < 500 ? "notDone" : "unknown";
}
