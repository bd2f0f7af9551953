/** Builders for tests: each names only what the test is about. */
import type { Candle, Candles, Cycle, Dashboard, Gauge, Position, Price, Rejection, Step } from "@/api/types";
import { STEP_NAMES } from "@/ui/steps";

export function aPrice(part: Partial<Price> = {}): Price {
  return { market: "BTC-USDT", symbol: "BTC", price: "57694.27", change_24h: "0.0123", observed_at: "2021-05-01T12:00:00Z", age_s: 0, stale: false, pending: null, ...part };
}

export function aGauge(part: Partial<Gauge> = {}): Gauge {
  return { id: "RULE-01", title: "Position size", measured: "0.15", limit: "0.2", unit: "percent", headroom: 0.25, state: "OK", market: null, note: null, ...part };
}

export function stepsUpTo(count: number, end: Step["state"] = "DONE"): Step[] {
  return STEP_NAMES.map((name, index) => ({
    step: (index + 1) as Step["step"],
    name,
    state: index + 1 < count ? "DONE" : index + 1 === count ? end : "NOT_REACHED",
    time: null,
    position: null,
    tx: null,
    block: null,
    detail: null,
  }));
}

export function aCycle(part: Partial<Cycle> = {}): Cycle {
  return {
    id: "c-1",
    kind: "ENTRY",
    market: "BTC-USDT",
    symbol: "BTC",
    side: "BUY",
    reason: null,
    confidence: "0.67",
    base_rate: "0.64",
    risk_score: 40,
    size: "0.1",
    price: "57694.27",
    candle_close: "2021-05-01T12:00:00Z",
    opened_at: null,
    closed_at: null,
    outcome: null,
    outcome_text: null,
    quantity: null,
    fill_price: null,
    fee: null,
    realised: null,
    digest: null,
    record_seq: null,
    steps: stepsUpTo(1, "ACTIVE"),
    rules: [],
    ...part,
  };
}

export function aRejection(part: Partial<Rejection> = {}): Rejection {
  return { cycle_id: "c-1", market: "BTC-USDT", symbol: "BTC", side: "BUY", time: null, confidence: "0.6", rules: [], tx: null, block: null, record_seq: null, ...part };
}

export function aPosition(part: Partial<Position> = {}): Position {
  return {
    market: "BTC-USDT",
    symbol: "BTC",
    quantity: "0.02",
    cost: "1000",
    average: "50000",
    mark: "51000",
    value: "1020",
    share: "0.1",
    unrealised: "20",
    unrealised_fraction: "0.02",
    stop: "48000",
    target: "51500",
    time_limit: null,
    opened_at: null,
    opening_cycle: null,
    stale: false,
    ...part,
  };
}

export function aCandle(openTime: string, close = "100"): Candle {
  return { open_time: openTime, close_time: openTime, open: "100", high: "110", low: "90", close, volume: "1" };
}

export function someCandles(candles: Candle[], part: Partial<Candles> = {}): Candles {
  return { market: "BTC-USDT", symbol: "BTC", interval_s: 3600, data: aDashboard().status.data, candles, trades: [], curves: [], ...part };
}

export function aDashboard(part: Partial<Dashboard> = {}): Dashboard {
  return {
    seq: 10,
    taken_at: "2021-05-01T12:00:00Z",
    status: {
      mode: "replay",
      book_class: "SIMULATED",
      phase: "RUNNING",
      phase_detail: null,
      phase_progress: null,
      ready: true,
      paused: false,
      data_clock: "2021-05-01T12:00:00Z",
      attesting: true,
      signed_at: null,
      confidence_shrunk_since: null,
      speed: "3600",
      progress: null,
      data: { label: "binance 1h", synthetic: false, exchange: "binance", interval_s: 3600, markets: ["BTC-USDT"], start: null, end: null },
      trust: { level: "S", text: "Simulated past." },
      chain: { kind: "anvil", chain_id: "31337", block: 5, block_hash: null, block_time: null, restarting: null, waits: null, away: null, note: null },
      store: { position: 7, head: null, lag: 0 },
      stopped: null,
      disclaimer: "Simulated; not investment advice.",
      version: "0.1.0",
    },
    book: {
      name: "main",
      observed_at: null,
      state: "ACTIVE",
      state_reason: null,
      equity: "10000",
      cash: "10000",
      reserved: "0",
      initial: "10000",
      opening: "10000",
      peak: "10000",
      day_pnl: "0",
      day_pnl_fraction: "0",
      daily_loss_limit: "0.05",
      exposure: "0",
      exposure_fraction: "0",
      realised_total: "0",
      unrealised_total: "0",
      trades_today: 0,
      trades_limit: 50,
      record_seq: 0,
      record_head: null,
    },
    gauges: [],
    prices: [aPrice()],
    positions: [],
    equity: [],
    signals: [],
    rejections: [],
    markets: [],
    pending: [],
    counters: { signals: 0, held: 0, verified: 0, refused: 0, authorised: 0, rejected: 0, skipped: 0, settled: 0, exits: 0, committed: 0, judged: 0, revoked: 0, open: 0, rejections_by_rule: [] },
    health: { live: true, ready: true, phase: "RUNNING", phase_detail: null, uptime_s: 1, components: [] },
    ...part,
  };
}
