/** A fresh Idempotency-Key: one for each time a person confirms, kept for retries of that confirmation. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
