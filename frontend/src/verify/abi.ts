/**
 * The calls and events of our contracts, written out here: what an operator sends along as an ABI is not needed to check him.
 *
 * A change of the contracts changes these lines, and the vectors that Python writes fail until it does.
 */
import { parseAbi } from "viem";

const SIGNAL =
  "struct Signal { bytes32 book; bytes32 strategy; uint64 seq; bytes32 market; uint8 side; uint16 confidenceBps; uint8 riskScore; uint16 sizeBps; uint64 price; uint16 takeProfitBps; uint16 stopLossBps; uint32 horizonSeconds; uint64 candleClose; uint64 expiresAt; bytes32 window; bytes32 model; bytes32 calibrator; bytes32 claim; bytes32 salt; }";
const TICKET =
  "struct Ticket { bytes32 id; uint64 seq; uint8 market; uint8 side; uint8 reason; uint128 quantity; uint64 limitPrice; uint64 mark; uint64 tick; uint16 feeBps; uint16 takeProfitBps; uint16 stopLossBps; uint32 horizonSeconds; }";
const LIMITS =
  "struct Limits { uint16 maxPositionBps; uint16 maxDailyLossBps; uint16 minConfidenceBps; uint16 maxTradesPerDay; uint16 maxDrawdownBps; uint16 minEdgeBps; uint16 feeBps; uint16 halfSpreadBps; uint16 entryBandBps; uint16 exitBandBps; uint32 markAgeSeconds; uint32 delaySeconds; }";

export const CALLS = parseAbi([
  SIGNAL,
  TICKET,
  "struct Order { Signal signal; uint128 quantity; uint64 limitPrice; }",
  "struct ExitOrder { bytes32 market; uint128 quantity; uint64 limitPrice; uint8 reason; uint8 signal; }",
  "struct Fill { Ticket ticket; uint128 quantity; uint64 price; uint128 fee; }",
  "function commit(uint64 fromSeq, bytes32[] roundHashes, bytes32[] digests, bytes[] signatures)",
  "function authorise(Order[] orders)",
  "function exit(ExitOrder[] orders, Signal[] signals)",
  "function record(Fill[] fills)",
]);

export const EVENTS = parseAbi([
  TICKET,
  LIMITS,
  "struct FillBody { uint64 ticketSeq; uint8 side; uint8 reason; uint8 flags; uint128 quantity; uint64 price; uint128 notional; uint128 fee; uint128 taken; int128 realised; int128 cashAfter; uint128 quantityAfter; uint128 costAfter; uint128 remaining; uint64 observedAt; }",
  "struct RejectionBody { uint8 side; uint8 part; uint128 quantity; uint64 limitPrice; uint64 mark; uint16 rules; uint256[] measured; uint256[] limits; uint64 observedAt; }",
  "event SignalsCommitted(uint64 indexed fromSeq, uint64 indexed toSeq, uint32 epoch, bytes32[] roundHashes, bytes32[] digests)",
  "event SignersChanged(uint32 indexed epoch, address[] signers, uint16 quorum)",
  "event TradeAuthorised(uint64 indexed seq, bytes32 indexed digest, bytes32 indexed market, Ticket ticket, bytes32 signalHash, uint64 observedAt, bytes32 head)",
  "event TradeRejected(uint64 indexed seq, bytes32 indexed digest, bytes32 indexed market, RejectionBody body, bytes32 signalHash, bytes32 head)",
  "event ExitAuthorised(uint64 indexed seq, bytes32 indexed ticketId, bytes32 indexed market, Ticket ticket, uint8 flags, bytes32 signalHash, uint64 observedAt, bytes32 head)",
  "event FillRecorded(uint64 indexed seq, bytes32 indexed ticketId, bytes32 indexed market, FillBody body, bytes32 head)",
  "event LimitsChanged(uint64 indexed seq, Limits limits, uint64 observedAt, bytes32 head)",
]);

/** What a signer signs: types of EIP-712, as the contracts hash them. */
export const SIGNED = {
  Signal: [
    { name: "book", type: "bytes32" },
    { name: "strategy", type: "bytes32" },
    { name: "seq", type: "uint64" },
    { name: "market", type: "bytes32" },
    { name: "side", type: "uint8" },
    { name: "confidenceBps", type: "uint16" },
    { name: "riskScore", type: "uint8" },
    { name: "sizeBps", type: "uint16" },
    { name: "price", type: "uint64" },
    { name: "takeProfitBps", type: "uint16" },
    { name: "stopLossBps", type: "uint16" },
    { name: "horizonSeconds", type: "uint32" },
    { name: "candleClose", type: "uint64" },
    { name: "expiresAt", type: "uint64" },
    { name: "window", type: "bytes32" },
    { name: "model", type: "bytes32" },
    { name: "calibrator", type: "bytes32" },
    { name: "claim", type: "bytes32" },
    { name: "salt", type: "bytes32" },
  ],
  Commit: [
    { name: "epoch", type: "uint32" },
    { name: "fromSeq", type: "uint64" },
    { name: "roundHashes", type: "bytes32[]" },
    { name: "digests", type: "bytes32[]" },
  ],
} as const;

export function domainOf(chainId: string | number | bigint, oracle: `0x${string}`) {
  return { name: "Tradeseal SignalOracle", version: "1", chainId: BigInt(chainId), verifyingContract: oracle } as const;
}
