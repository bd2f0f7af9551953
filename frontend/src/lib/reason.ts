/** What an error says of itself, null where it says nothing; a node's says in its details, or in viem's `shortMessage`, what its message buries under the request. */
export function reasonOf(error: unknown): string | null {
  if (typeof error === "string") return error || null;
  if (typeof error !== "object" || error === null) return null;
  const { details, shortMessage, message } = error as { details?: unknown; shortMessage?: unknown; message?: unknown };
  const said = [details, shortMessage, message].find((each) => typeof each === "string" && each !== "");
  return (said as string | undefined) ?? null;
}
