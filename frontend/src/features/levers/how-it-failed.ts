import { ApiProblem } from "@/api/problem";

/** Said before anything is tried. */
const UNTRIED: ReadonlySet<string> = new Set(["STARTING", "ENGINE_STOPPED"]);

/** What a failed lever means: a no with its reason, something that was not done, or silence behind which it may have been done. */
export function howItFailed(error: unknown): "refused" | "notDone" | "unknown" {
  if (!(error instanceof ApiProblem)) return "unknown";
  if (error.status === 409) return "refused";
  return UNTRIED.has(error.code) || (error.status >= 400 && error.status < 500) ? "notDone" : "unknown";
}
