"use client";

/** The server's sentences in the reader's language; what is not among them stays as the server wrote it. */
import { useTranslations } from "use-intl";

type Words = (text: string | null | undefined) => string | undefined;

/** Sentences that hold numbers or names, which go into the message as they are. */
const PHRASES = {
  buyLeads: /^BUY: the buy score (?<buy>\d+) leads the sell score (?<sell>\d+)$/,
  sellLeads: /^SELL: the sell score (?<sell>\d+) leads the buy score (?<buy>\d+)$/,
  neitherLeads: /^HOLD: neither buy score (?<buy>\d+) nor sell score (?<sell>\d+) is high enough and leads$/,
  macd: /^MACD is (?<place>above|below) zero \((?<points>.+)\)$/,
  momentum: /^72 candles moved (?<change>\S+) % \((?<points>.+)\)$/,
  averages: /^MA5 is (?<place>above|below) MA20 \((?<points>.+)\)$/,
  band: /^price stands at (?<share>\S+) of the Bollinger half-width \((?<points>.+)\)$/,
  rsi: /^RSI is (?<rsi>\S+) \((?<points>.+)\)$/,
  cross: /^the fast average has crossed (?<place>above|below) the slow one \((?<points>.+)\)$/,
  trees: /^the trees stand (?<place>above|below) the base rate \((?<points>.+)\)$/,
  saysHold: /^The newest closed candle of (?<market>\S+) says HOLD\.$/,
  confirmations: /^(?<what>\S+ \S+): (?<done>\d+) of (?<all>\d+) confirmations, block (?<block>\d+)$/,
  noBlock: /^(?<what>\S+ \S+): in no block yet$/,
  away: /^no answer for (?<seconds>\d+) s, asked again: (?<why>.+)$/,
  outsideChain: /^(?<node>\S+), chain (?<chain>\d+): outcomes count after (?<blocks>\d+) blocks$/,
  startingChain: /^starting (?<kind>\S+)$/,
  notFetched: /^synthetic prices, for no real ones could be fetched: (?<why>.+)\. --data DIR brings your own$/,
  noExchange: /^No exchange answered within (?<seconds>\d+) s\.?$/,
  noPosition: /^There is no position in (?<market>\S+)\.$/,
  belowLot: /^That share of (?<market>\S+) is less than one unit\.$/,
  nothingWaits: /^No signal of (?<market>\S+) waits for a word\.$/,
  tooFewCandles: /^(?<market>\S+) has too few closed candles yet\.$/,
  stillStarting: /^Tradeseal is still starting: (?<what>.+)\.$/,
  engineStopped: /^The engine has stopped: (?<why>.+)$/,
  contractRefuses: /^The contract refuses: (?<error>.+)\.$/,
  loosens: /^(?<limit>\S+) would become looser: (?<got>\d+) asked, (?<now>\d+) in force\. Looser/,
  outOfRange: /^(?<limit>\S+) may not be (?<got>\d+): its bound is (?<bound>\d+), and no delay moves it\.$/,
  tooEarly: /^This change can be accepted from (?<from>\S+) on; the clock stands at (?<clock>\S+)\.$/,
  tooLate: /^This change could be accepted until (?<until>\S+) and it is (?<now>\S+): submit it anew\.$/,
  noCash: /^A withdrawal takes free cash only: (?<asked>\S+) asked, (?<there>\S+) available\.$/,
  noEquity: /^Something has to be left: .+: (?<asked>\S+) asked, (?<there>\S+) available\.$/,
  staleMarks: /^Nothing is withdrawn while .+: (?<asked>\S+) asked, (?<there>\S+) available\.$/,
  stateRefused: /^The state cannot go from (?<now>[A-Z]+) to (?<got>[A-Z]+) by this role; resuming goes through the delay\.$/,
  keysNotHeld: /^This home would hold (?<held>\d+) of the (?<quorum>\d+) keys that have to sign: it could attest nothing\.$/,
  notOpenedYet: /^At event (?<event>\d+) the book was not opened yet\.$/,
  viewsKnow: /^The views know events 1 to (?<last>\d+)\.$/,
  logHas: /^The log has (?<last>\d+) events\.$/,
  atMostBps: /^at most (?<bps>\d+) bps$/,
  sideAt: /^(?<side>BUY|SELL|HOLD) at (?<buy>\d+) and (?<sell>\d+)$/,
  scoresAnd: /^(?<buy>\d+) and (?<sell>\d+)$/,
  closeExpiry: /^close (?<close>\d+), expiry (?<expiry>\d+)$/,
  closeExpiryAfter: /^close (?<close>\d+), expiry after (?<expiry>\d+)$/,
  offsetExpiry: /^offset (?<offset>-?\d+) s, expiry (?<expiry>-?\d+) s$/,
  ratioOf: /^ratio (?<ratio>.+), (?<seconds>\d+) s$/,
} as const;
const NAMES = Object.keys(PHRASES) as (keyof typeof PHRASES)[];

/** So long a name travels whole; of a longer one its beginning and its length. */
const WHOLE = 28;
const BEGINNING = 24;

/** A sentence's name among the messages: `measured for each signal` → `measured_for_each_signal`. */
export function nameOf(sentence: string): string {
  const name = sentence.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_|_$/g, "");
  return name.length <= WHOLE ? name : `${name.slice(0, BEGINNING)}_${name.length}`;
}

export function useServerWords(): Words {
  const t = useTranslations("server");
  const known = (sentence: string): string | null => {
    const name = nameOf(sentence);
    if (name !== "" && t.has(name as never)) return t(name as never);
    for (const phrase of NAMES) {
      const found = PHRASES[phrase].exec(sentence)?.groups;
      if (found) return t(`phrases.${phrase}`, { ...found, ...inner(found, "why"), ...inner(found, "what") } as never);
    }
    return null;
  };
  // A sentence may give another as its reason.
  const inner = (found: Record<string, string>, name: string) => (found[name] === undefined ? {} : { [name]: known(found[name]) ?? found[name] });
  // Several sentences are joined by semicolons.
  return (text) => (text ? (known(text) ?? text.split("; ").map((part) => known(part) ?? part).join("; ")) : undefined);
}
