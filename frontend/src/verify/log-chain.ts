/**
 * The hash chain of the append-only log: each event's hash covers the one before it.
 *
 * Knows how an event is hashed. Knows nothing of what it says.
 */
import { concatHex, numberToHex, sha256, stringToHex, type Hex } from "viem";

export interface LogEvent {
  position: number;
  stream: string;
  version: number;
  topic: string;
  hash: string;
  previous: string;
  state: string;
}

/** SHA-256 over the previous hash and the stored parts, each with its length before it. */
export function eventHash(event: Omit<LogEvent, "hash">): Hex {
  const parts: Hex[] = [numberToHex(event.position, { size: 8 }), `0x${event.stream.replaceAll("-", "")}`, numberToHex(event.version, { size: 8 }), stringToHex(event.topic), stringToHex(event.state)];
  return sha256(concatHex([event.previous as Hex, ...parts.flatMap((part) => [numberToHex((part.length - 2) / 2, { size: 4 }), part])]));
}

export interface LogBreak {
  position: number;
  kind: "changed" | "missing" | "unlinked";
  got: string;
  want: string;
}

/** The first place where events do not follow from one another; null when they all do. */
export function firstBreak(events: readonly LogEvent[]): LogBreak | null {
  let before: LogEvent | undefined;
  for (const event of events) {
    if (before !== undefined && event.position !== before.position + 1) return { position: before.position + 1, kind: "missing", got: String(event.position), want: String(before.position + 1) };
    if (before !== undefined && event.previous !== before.hash) return { position: event.position, kind: "unlinked", got: event.previous, want: before.hash };
    const hash = eventHash(event);
    if (hash !== event.hash) return { position: event.position, kind: "changed", got: hash, want: event.hash };
    before = event;
  }
  return null;
}
