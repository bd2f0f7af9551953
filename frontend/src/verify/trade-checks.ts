/** Is the trade what is claimed: digest, commitment, signers, order, fill, records, limits, verdict, the log's entries. */
import { hashTypedData, keccak256, recoverAddress, stringToHex, type Hex } from "viem";
import { shiftPoint } from "@/lib/format";
import { domainOf, SIGNED } from "./abi";
import type { Evidence } from "./bundle";
import { fail, pass, same, unchecked, type Check } from "./check";
import { isAt, signalsOf, type Facts, type Placed, type Signal } from "./facts";
import { firstBreak } from "./log-chain";
import { CEILINGS } from "./limits";
import { headAfter, type EventNamed } from "./records";

export function digest(evidence: Evidence, facts: Facts): Check {
  const { claim } = evidence;
  if (claim.digest === null) return unchecked("digest", "noSignal");
  const found = facts.transactions.flatMap(({ call, transaction }) => signalsOf(evidence, call).map((each) => ({ ...each, tx: transaction.hash })));
  const mine = found.find((each) => each.digest === claim.digest);
  if (mine) return pass("digest", mine.tx, mine.digest, claim.digest);
  return fail("digest", found[0]?.tx ?? "–", found[0]?.digest ?? "–", claim.digest, found.length > 0 ? "differs" : "notFound");
}

function commitmentOf({ claim }: Evidence, { transactions }: Facts): Placed | undefined {
  return transactions.find(({ call }) => call?.functionName === "commit" && call.args[2].some((each) => each === claim.digest));
}

/** The block in which the contract decided: its verdict on this trade. */
function verdictOf({ own }: Facts) {
  return own.find(({ event }) => ["TradeAuthorised", "TradeRejected", "ExitAuthorised"].includes(event.eventName));
}

export function committed(evidence: Evidence, facts: Facts): Check {
  if (evidence.claim.digest === null) return unchecked("committed", "noSignal");
  const commitment = commitmentOf(evidence, facts);
  const verdict = verdictOf(facts);
  if (commitment === undefined || verdict === undefined) return fail("committed", evidence.claim.digest, "–", evidence.claim.digest, "notFound");
  const input = commitment.transaction.hash;
  const [got, want] = [String(commitment.block), `< ${verdict.block}`];
  return commitment.block < verdict.block ? pass("committed", input, got, want) : fail("committed", input, got, want, "later");
}

export async function signers(evidence: Evidence, facts: Facts): Promise<Check> {
  if (evidence.claim.digest === null) return unchecked("signers", "noSignal");
  const commitment = commitmentOf(evidence, facts);
  const call = commitment?.call;
  if (commitment === undefined || call?.functionName !== "commit") return fail("signers", evidence.claim.digest, "–", evidence.claim.digest, "notFound");
  const said = commitment.events.map(({ event }) => event).find((event) => event.eventName === "SignalsCommitted");
  const epoch = said?.eventName === "SignalsCommitted" ? said.args.epoch : 0;
  const set = signersAt(evidence, facts, epoch);
  const [fromSeq, roundHashes, digests, signatures] = call.args;
  const message = { epoch, fromSeq, roundHashes, digests };
  const hash = hashTypedData({ domain: domainOf(evidence.chain.id, evidence.chain.oracle), types: { Commit: SIGNED.Commit }, primaryType: "Commit", message });
  const recovered = await Promise.all(signatures.map((signature) => recoverAddress({ hash, signature }).catch((): Hex => "0x")));
  if (set === undefined) return { ...unchecked("signers", "noSigners", commitment.transaction.hash), got: recovered.join(" ") };
  const want = `${set.quorum} / ${set.signers.join(" ")}`;
  const stranger = recovered.find((each) => !set.signers.some((signer) => isAt(signer, each)));
  if (stranger !== undefined) return fail("signers", commitment.transaction.hash, recovered.join(" "), want, "notASigner");
  if (new Set(recovered).size < set.quorum) return fail("signers", commitment.transaction.hash, recovered.join(" "), want, "tooFew");
  return pass("signers", commitment.transaction.hash, recovered.join(" "), want);
}

function signersAt({ chain }: Evidence, { transactions }: Facts, epoch: number) {
  const events = transactions.flatMap((placed) => placed.events).filter(({ log }) => isAt(log.address, chain.oracle));
  const found = events.map(({ event }) => event).find((event): event is EventNamed<"SignersChanged"> => event.eventName === "SignersChanged" && event.args.epoch === epoch);
  return found?.args;
}

/** The call data and the contract's verdict say the same: market, quantity, limit price. */
export function order(evidence: Evidence, facts: Facts): Check {
  const verdict = verdictOf(facts)?.event;
  if (verdict === undefined || !["TradeAuthorised", "TradeRejected", "ExitAuthorised"].includes(verdict.eventName)) return fail("order", evidence.claim.id, "–", "1", "notFound");
  const event = verdict as EventNamed<"TradeAuthorised" | "TradeRejected" | "ExitAuthorised">;
  const judged = event.eventName === "TradeRejected" ? event.args.body : event.args.ticket;
  const market = keccak256(stringToHex(evidence.claim.market));
  if (event.args.market !== market) return fail("order", evidence.claim.market, event.args.market, market);
  const asked = asksFor(evidence, facts, event.args.market);
  const want = `${decimal(judged.quantity)} @ ${decimal(judged.limitPrice)}`;
  if (asked.length === 0) return fail("order", event.args.market, "–", want, "notFound");
  const found = asked.find((each) => each === want);
  return found ? pass("order", evidence.claim.market, found, want) : fail("order", evidence.claim.market, asked.join(", "), want);
}

/** `quantity @ limit` of each order for this trade in the evidence's calls. */
function asksFor(evidence: Evidence, facts: Facts, market: Hex): string[] {
  return facts.transactions.flatMap(({ call }) => {
    if (call?.functionName === "authorise") {
      const digests = signalsOf(evidence, call).map((each) => each.digest);
      return call.args[0].filter((_, index) => digests[index] === evidence.claim.digest).map((each) => `${decimal(each.quantity)} @ ${decimal(each.limitPrice)}`);
    }
    if (call?.functionName === "exit") return call.args[0].filter((each) => each.market === market).map((each) => `${decimal(each.quantity)} @ ${decimal(each.limitPrice)}`);
    return [];
  });
}

const E8 = 100_000_000n;
const ceilDiv = (a: bigint, b: bigint) => (a + b - 1n) / b;

/** What was claimed is what the contract booked, and notional and fee are the formula's to the last unit. */
export function fill(evidence: Evidence, facts: Facts): Check {
  const { claim } = evidence;
  const fills = facts.own.map(({ event }) => event).filter((event): event is EventNamed<"FillRecorded"> => event.eventName === "FillRecorded");
  if (fills.length === 0) return claim.outcome === "SETTLED" ? fail("fill", claim.id, "–", claim.quantity ?? "–", "notFound") : unchecked("fill", "noFill");
  const total = fills.reduce((sum, each) => sum + each.args.body.quantity, 0n);
  const fee = fills.reduce((sum, each) => sum + each.args.body.fee, 0n);
  const [first] = fills;
  const got = [total, fills.length === 1 ? first?.args.body.price : null, fee].map((each) => (each === null || each === undefined ? "…" : decimal(each))).join(" · ");
  const want = [claim.quantity, fills.length === 1 ? claim.price : null, claim.fee].map((each) => (each === null ? "…" : trimmed(each))).join(" · ");
  if (got !== want) return fail("fill", `#${claim.records.join(" #")}`, got, want);
  const feeBps = ticketFee(facts);
  for (const { args } of fills) {
    const { side, quantity, price, notional, fee: charged } = args.body;
    const right = side === 1 ? ceilDiv(quantity * price, E8) : (quantity * price) / E8;
    if (notional !== right) return fail("fill", `notional #${args.seq}`, String(notional), String(right));
    const due = feeBps === null ? charged : ceilDiv(notional * feeBps, 10_000n);
    if (charged !== due) return fail("fill", `fee #${args.seq}`, String(charged), String(due));
  }
  return pass("fill", `#${claim.records.join(" #")}`, got, want);
}

function ticketFee(facts: Facts): bigint | null {
  const verdict = verdictOf(facts)?.event;
  return verdict?.eventName === "TradeAuthorised" || verdict?.eventName === "ExitAuthorised" ? BigInt(verdict.args.ticket.feeBps) : null;
}

const decimal = (e8: bigint) => trimmed(shiftPoint(String(e8), -8) ?? "?");
const trimmed = (text: string) => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);

/** Each record's head follows from the head before it. */
export function records({ claim }: Evidence, facts: Facts): Check {
  if (facts.own.length === 0) return fail("records", claim.id, "–", claim.records.join(" "), "notFound");
  let checked = 0;
  for (const { event } of facts.own) {
    const { seq, head } = event.args as { seq: bigint; head: Hex };
    const before = facts.heads.get(seq - 1n);
    if (before === undefined) continue;
    const got = headAfter(before, event);
    if (got !== head) return fail("records", `#${seq}`, got ?? "–", head);
    checked += 1;
  }
  const input = `#${claim.records.join(" #")}`;
  const last = facts.own.at(-1)?.event.args as { head: Hex };
  return checked === facts.own.length ? pass("records", input, last.head) : unchecked("records", "noPrevious", input);
}

/** The newest limits before the verdict, inside the four ceilings that nobody can pass. */
export function limits({ claim, chain }: Evidence, facts: Facts): Check {
  const verdict = verdictOf(facts)?.event;
  const seq = verdict ? (verdict.args as { seq: bigint }).seq : 0n;
  const changes = facts.transactions
    .flatMap((placed) => placed.events)
    .filter(({ event, log }) => event.eventName === "LimitsChanged" && isAt(log.address, chain.book))
    .map(({ event }) => event as EventNamed<"LimitsChanged">)
    .filter((event) => event.args.seq < seq);
  const inForce = changes.at(-1)?.args;
  if (inForce === undefined) return unchecked("limits", "noLimits", claim.id);
  const { maxPositionBps, maxDailyLossBps, minConfidenceBps, maxTradesPerDay } = inForce.limits;
  const [position, loss, confidence, trades] = ["maxPositionBps", "maxDailyLossBps", "minConfidenceBps", "maxTradesPerDay"].map((name) => CEILINGS[name]?.value ?? 0) as [number, number, number, number];
  const got = `${maxPositionBps} · ${maxDailyLossBps} · ${minConfidenceBps} · ${maxTradesPerDay}`;
  const want = `≤ ${position} · ≤ ${loss} · ≥ ${confidence} · ≤ ${trades}`;
  const inside = maxPositionBps <= position && maxDailyLossBps <= loss && minConfidenceBps >= confidence && maxTradesPerDay <= trades;
  return inside ? pass("limits", `#${inForce.seq}`, got, want) : fail("limits", `#${inForce.seq}`, got, want, "above");
}

const FAILS: Record<number, (measured: bigint, limit: bigint) => boolean> = {
  1: (m, l) => m > l || l === 0n,
  2: (m, l) => m >= l,
  3: (m, l) => m < l,
  4: (m, l) => m > l,
  6: (m, l) => m < l,
  7: (m, l) => m >= l,
  8: (m, l) => m > l,
  9: (m, l) => m > l,
};

/** A rejection's own numbers bear it out; an allowed entry was confident enough for the limits of its time. */
export function verdict(evidence: Evidence, facts: Facts): Check {
  const event = verdictOf(facts)?.event;
  if (event?.eventName === "TradeRejected") {
    const { rules, measured, limits: allowed } = event.args.body;
    const failed = Array.from({ length: 9 }, (_, bit) => bit + 1).filter((rule) => rules & (1 << (rule - 1)));
    if (failed.length !== measured.length || failed.length !== allowed.length) return fail("verdict", `#${event.args.seq}`, String(measured.length), String(failed.length));
    const said = failed.map((rule, index) => `RULE-0${rule}: ${measured[index]} | ${allowed[index]}`).join("; ");
    const wrong = failed.find((rule, index) => FAILS[rule] !== undefined && !FAILS[rule](measured[index] ?? 0n, allowed[index] ?? 0n));
    return wrong === undefined ? pass("verdict", `#${event.args.seq}`, said) : fail("verdict", `RULE-0${wrong}`, said, "–");
  }
  const signal = signalIn(evidence, facts);
  const minimum = minimumConfidence(facts);
  if (event?.eventName !== "TradeAuthorised" || signal === undefined || minimum === undefined) return unchecked("verdict", "notRejected");
  const [got, want] = [String(signal.confidenceBps), `≥ ${minimum}`];
  return signal.confidenceBps >= minimum ? pass("verdict", "RULE-03", got, want) : fail("verdict", "RULE-03", got, want, "above");
}

function signalIn(evidence: Evidence, facts: Facts): Signal | undefined {
  return facts.transactions.flatMap(({ call }) => signalsOf(evidence, call)).find((each) => each.digest === evidence.claim.digest)?.signal;
}

function minimumConfidence(facts: Facts): number | undefined {
  const changes = facts.transactions.flatMap((placed) => placed.events).map(({ event }) => event);
  const last = changes.filter((event): event is EventNamed<"LimitsChanged"> => event.eventName === "LimitsChanged").at(-1);
  return last?.args.limits.minConfidenceBps;
}

/** The log's entries from the trade's first to its last follow from one another. */
export function log({ log: events }: Evidence): Check {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) return unchecked("log", "noLog");
  const broken = firstBreak(events);
  const input = `${first.position} … ${last.position}`;
  return broken === null ? pass("log", input, last.hash) : fail("log", String(broken.position), broken.got, broken.want, broken.kind);
}

/** What the log says of this trade is what the chain says. */
export function logMatches({ claim, log: events }: Evidence, facts: Facts): Check {
  if (events.length === 0) return unchecked("logMatches", "noLog");
  const mine = events.filter((event) => event.stream === claim.id).map((event) => ({ event, said: JSON.parse(event.state) as Record<string, unknown> }));
  if (mine.length === 0) return fail("logMatches", claim.id, "0", "≥ 1", "notFound");
  const places = new Map(facts.transactions.map((placed) => [placed.transaction.hash as string, placed]));
  let compared = 0;
  for (const { event, said } of mine) {
    const place = typeof said.transaction_hash === "string" ? places.get(said.transaction_hash) : undefined;
    if (place && typeof said.block === "number" && said.block !== place.block) return fail("logMatches", event.topic, String(said.block), String(place.block));
    const head = typeof said.record_seq === "number" ? facts.heads.get(BigInt(said.record_seq)) : undefined;
    if (head && typeof said.record_hash === "string" && said.record_hash !== head) return fail("logMatches", event.topic, said.record_hash, head);
    compared += Number(place !== undefined) + Number(head !== undefined);
  }
  const filled = mine.filter(({ event }) => event.topic.endsWith(".OrderFilled")).reduce((sum, { said }) => sum + BigInt(String(said.quantity_e8 ?? 0)), 0n);
  const booked = facts.own.reduce((sum, { event }) => sum + (event.eventName === "FillRecorded" ? event.args.body.quantity : 0n), 0n);
  if (filled !== booked) return same("logMatches", "OrderFilled", String(filled), String(booked));
  return compared > 0 ? pass("logMatches", `${mine.length}`, `${compared}`) : unchecked("logMatches", "noLog");
}
