/** Names of markets: `BTC-USDT` is the base asset BTC, priced in the quote asset USDT. */
export function baseOf(market: string): string {
  return market.split("-")[0] ?? market;
}

export function quoteOf(market: string | undefined): string {
  return market?.split("-")[1] ?? "";
}

/** What all results are counted in. */
export const USDT = "USDT";
