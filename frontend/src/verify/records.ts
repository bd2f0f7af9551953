/**
 * The contract's hash chain: the head after a record from the head before it (RULES.md, "Record kinds and preimages").
 *
 * Knows preimages. Knows nothing of where events come from.
 */
import { decodeEventLog, encodeAbiParameters, keccak256, parseAbiParameters, type Hex } from "viem";
import type { RawLog } from "@/chain/raw";
import { EVENTS } from "./abi";

export type ContractEvent = ReturnType<typeof decodeEventLog<typeof EVENTS>>;
export type EventNamed<N extends ContractEvent["eventName"]> = Extract<ContractEvent, { eventName: N }>;

/** Null for an event that says nothing here. */
export function contractEvent(log: Pick<RawLog, "topics" | "data">): ContractEvent | null {
  try {
    return decodeEventLog({ abi: EVENTS, topics: log.topics as [Hex, ...Hex[]], data: log.data }) as ContractEvent;
  } catch {
    return null;
  }
}

const PLACE = "bytes32 head, uint64 seq, uint8 kind";
const DECISION = parseAbiParameters(
  `${PLACE}, bytes32 signalHash, bytes32 market, uint8 side, uint8 reason, uint8 flags, uint128 quantity, uint64 limitPrice, uint64 mark, uint16 feeBps, uint64 observedAt`,
);
const REJECTION = parseAbiParameters([
  `${PLACE}, bytes32 signalHash, bytes32 market, Body body`,
  "struct Body { uint8 side; uint8 part; uint128 quantity; uint64 limitPrice; uint64 mark; uint16 rules; uint256[] measured; uint256[] limits; uint64 observedAt; }",
]);
const FILL = parseAbiParameters(
  `${PLACE}, bytes32 market, uint64 ticketSeq, uint8 side, uint8 reason, uint8 flags, uint128 quantity, uint64 price, uint128 notional, uint128 fee, uint128 taken, int128 realised, int128 cashAfter, uint128 quantityAfter, uint128 costAfter, uint128 remaining, uint64 observedAt`,
);

/** The record head after an event, or null where the event is no record of a trade. */
export function headAfter(before: Hex, event: ContractEvent): Hex | null {
  const bytes = preimage(before, event);
  return bytes && keccak256(bytes);
}

function preimage(before: Hex, event: ContractEvent): Hex | null {
  switch (event.eventName) {
    case "TradeAuthorised":
    case "ExitAuthorised": {
      const { seq, ticket: t, market, signalHash, observedAt } = event.args;
      const [kind, flags] = event.eventName === "ExitAuthorised" ? [2, event.args.flags] : [1, 0];
      return encodeAbiParameters(DECISION, [before, seq, kind, signalHash, market, t.side, t.reason, flags, t.quantity, t.limitPrice, t.mark, t.feeBps, observedAt]);
    }
    case "TradeRejected": {
      const { seq, market, signalHash, body } = event.args;
      return encodeAbiParameters(REJECTION, [before, seq, 3, signalHash, market, body]);
    }
    case "FillRecorded": {
      const { seq, market, body: b } = event.args;
      return encodeAbiParameters(FILL, [
        before, seq, b.side === 1 ? 4 : 5, market, b.ticketSeq, b.side, b.reason, b.flags, b.quantity, b.price, b.notional, b.fee, b.taken, b.realised, b.cashAfter, b.quantityAfter, b.costAfter, b.remaining, b.observedAt,
      ]);
    }
    default:
      return null;
  }
}
