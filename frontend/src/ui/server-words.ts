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
} as const;
const NAMES = Object.keys(PHRASES) as (keyof typeof PHRASES)[];

/** A sentence's name among the messages: `measured for each signal` → `measured_for_each_signal`. */
export function nameOf(sentence: string): string {
  return sentence.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_|_$/g, "");
}

export function useServerWords(): Words {
  const t = useTranslations("server");
  const known = (sentence: string): string | null => {
    const name = nameOf(sentence);
    if (name !== "" && t.has(name as never)) return t(name as never);
    for (const phrase of NAMES) {
      const found = PHRASES[phrase].exec(sentence)?.groups;
      if (found) return t(`phrases.${phrase}`, found as never);
    }
    return null;
  };
  // Several sentences are joined by semicolons.
  return (text) => (text ? (known(text) ?? text.split("; ").map((part) => known(part) ?? part).join("; ")) : undefined);
}
