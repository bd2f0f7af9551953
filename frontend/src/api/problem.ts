/** What the server says when it cannot or will not answer: RFC 9457 problem details with a stable code. */
import type { Problem } from "./types";

export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    readonly code: string,
    detail: string,
    readonly status: number,
    readonly facts: Record<string, unknown> = {},
  ) {
    super(detail);
  }
}

/** The server said nothing at all. */
export function noAnswer(cause?: unknown): ApiProblem {
  return new ApiProblem("NO_ANSWER", "The server did not answer. Is it still running?", 0, cause === undefined ? {} : { cause: String(cause) });
}

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response?: Response;
}

/** The data of an answer, or an `ApiProblem` that says why there is none. */
export async function answerOf<T>(request: Promise<Outcome<T>>): Promise<T> {
  let outcome: Outcome<T>;
  try {
    outcome = await request;
  } catch (cause) {
    throw noAnswer(cause);
  }
  if (outcome.data !== undefined && outcome.error === undefined) return outcome.data;
  const status = outcome.response?.status ?? 0;
  const problem = outcome.error;
  if (isProblem(problem)) throw new ApiProblem(problem.code, problem.detail || problem.title, status, problem.facts);
  if (status === 0) throw noAnswer();
  throw new ApiProblem("UNEXPECTED", `The server answered with status ${status}.`, status);
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value;
}
