/**
 * One line on what a transaction did, as a key of the messages with its numbers.
 *
 * Knows our contracts' functions and events by name. Knows nothing of languages.
 */
import { fieldAt, type Decoded } from "./decode";
import { rulesIn } from "./readable";

export interface Summary {
  key: "deploy" | "commit" | "postMarks" | "authorise" | "exit" | "record" | "release" | "limits" | "state" | "flow" | "anchor" | "call" | "transfer" | "unknown";
  values: Record<string, string | number>;
}

export interface Told {
  /** A contract was created; its name where it is one of ours. */
  created: string | null | undefined;
  call: Decoded | null;
  events: readonly Decoded[];
  /** Four bytes of an unknown call, or null for a plain transfer. */
  selector: string | null;
}

export function summaryOf({ created, call, events, selector }: Told): Summary {
  if (created !== undefined) return { key: "deploy", values: { name: created ?? "?" } };
  if (call === null) return selector === null ? { key: "transfer", values: {} } : { key: "unknown", values: { selector } };
  const count = (name: string) => events.filter((each) => each.name === name).length;
  const listed = (name: string) => {
    const value = call.fields.find((each) => each.name === name)?.value;
    return Array.isArray(value) ? value.length : 0;
  };
  switch (call.name) {
    case "commit":
      return { key: "commit", values: { rounds: listed("roundHashes"), signals: listed("digests") } };
    case "postMarks":
      return { key: "postMarks", values: { seq: fieldAt(call.fields, "seq") ?? "?", prices: listed("prices"), days: count("DaySettled"), latches: count("DayLatched") + count("DrawdownLatched") } };
    case "authorise":
      return { key: "authorise", values: { orders: listed("orders"), allowed: count("TradeAuthorised"), rejected: count("TradeRejected"), skipped: count("OrderSkipped"), rules: rulesOf(events) || "–" } };
    case "exit":
      return { key: "exit", values: { orders: listed("orders"), allowed: count("ExitAuthorised"), rejected: count("TradeRejected"), skipped: count("OrderSkipped") } };
    case "record":
      return { key: "record", values: { fills: listed("fills") } };
    case "release":
      return { key: "release", values: { tickets: listed("tickets") } };
    case "tighten":
      return { key: "limits", values: {} };
    case "setManual":
      return { key: "state", values: { state: fieldAt(call.fields, "manual") ?? "?" } };
    case "bookFlow":
      return { key: "flow", values: {} };
    case "anchor":
      return { key: "anchor", values: { position: fieldAt(call.fields, "position") ?? "?" } };
    default:
      return { key: "call", values: { name: call.name } };
  }
}

function rulesOf(events: readonly Decoded[]): string {
  const masks = events.filter((each) => each.name === "TradeRejected").map((each) => Number(fieldAt(each.fields, "body.rules") ?? 0));
  return rulesIn(masks.reduce((all, mask) => all | mask, 0)).join(" ");
}
