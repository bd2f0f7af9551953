"""Makes a home with many trades, for measuring: a part through the whole engine, the rest through the store's own code.

Run `.venv/bin/python scripts/make_large_home.py HOME [--trades 100000] [--engine-trades 5000] [--engine-seconds 3600]
[--data DIR] [--chain anvil|eth-tester|pyrevm]`.

What the engine makes is real in every step: signals, oracle, contracts on the local chain, fills, records. The rest is
written as events by the same aggregates, saved by the same ledger in batches of days and folded by the same views; its
signals, hashes and prices are invented and on no chain. So such a home is for reading: the engine finds that its books
differ from the chain's and stops. Killed and started again the script goes on after the last whole day. It prints the
counts of both parts.
"""

import argparse
import hashlib
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "backend"))

from tradeseal.cycle.domainmodel import SignalLog, TradeCycle  # noqa: E402
from tradeseal.cycle.facts import CheckFacts, HoldFacts, OpinionFacts, SignalFacts  # noqa: E402
from tradeseal.kernel.ids import entry_cycle_id, exit_cycle_id, portfolio_id, trading_day_id  # noqa: E402
from tradeseal.kernel.money import SCALE, ceil_div, fee_up, notional_down, notional_up, value_down  # noqa: E402
from tradeseal.ledger.published import Aggregate, Ledger  # noqa: E402
from tradeseal.market.adapters.parquet import FILE_COLUMNS  # noqa: E402
from tradeseal.market.synthetic import SEED, START, synthetic  # noqa: E402
from tradeseal.readmodels.published import ReadModels, open_read_models  # noqa: E402
from tradeseal.trading.domainmodel import OWNER, Portfolio, TradingDay  # noqa: E402
from tradeseal.trading.published import RuleCheck, Ticket  # noqa: E402

BOOK, HOUR, DAY = "demo", 3_600, 86_400
DAYS_A_SAVE = 4
ENGINE_TRADES = 5_000
BARS_OF_A_MARKET = 28_000
SETTLED = "TradeCycle.TradeSettled"
CHECKS = tuple(
    CheckFacts(number, name, passed=True, got="0x" + "ab" * 32, limit="0x" + "ab" * 32)
    for number, name in enumerate(("ranges", "window", "sequence", "expiry", "opinion", "domain"), start=1)
)
OPINION = OpinionFacts(
    buy_score="71.25", sell_score="12.5", base_rate_bps=6400,
    indicators=dict.fromkeys(("rsi14", "macd", "signal", "upper", "lower", "ma5", "ma20", "volatility"), "0.12345678"),
    why=("RSI is low: 28.4", "The price is under the lower Bollinger band", "MACD turns up"),
)  # fmt: skip
HOLD = HoldFacts(
    market="BTC-USDT", struct_hash="0x" + "cd" * 32, confidence_bps=5_000, base_rate_bps=6_400, price=SCALE,
    take_profit_bps=1, stop_loss_bps=1, horizon_seconds=1,
)  # fmt: skip


class Silent:
    """A listener that hears nothing."""

    def tick(self, seen: object) -> None: ...

    def progress(self, done: int, total: int, data_clock: int) -> None: ...

    def phase(self, phase: str, detail: str) -> None: ...


def invented(folder: Path) -> Path:
    """Fifteen markets of the synthetic feed as files: three times its five, each time by another seed."""
    import pyarrow as pa  # noqa: PLC0415 - only the engine's part needs files
    import pyarrow.parquet as pq  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    for number, letter in enumerate("ABC"):
        store = synthetic(SEED + number, bars=BARS_OF_A_MARKET)
        for market in store.markets:
            path = folder / f"synthetic-{market.replace('-', f'{letter}')}-1h.parquet"
            times, *numbers = store.series(market).columns
            columns = {"time": times * 1000} | {
                name: column / SCALE for name, column in zip(FILE_COLUMNS[1:], numbers, strict=True)
            }
            if not path.exists():
                pq.write_table(pa.table(columns), path)
    return folder


def run_engine(home: Path, data: Path | None, chain: str, *, seconds: float, trades: int) -> None:
    """The whole engine at full speed until it has made its trades, the data ends or the time is over."""
    from tradeseal.bootstrap import open_parts  # noqa: PLC0415 - slow to load, and not needed to go on
    from tradeseal.settings import load_settings  # noqa: PLC0415

    chosen: dict[str, Any] = {"data": data, "chain": chain}
    if data is None:
        # One market trades a quarter of the day's fifty at most; fifteen bring five thousand in a few hundred days.
        chosen |= {"data": invented(home / "data"), "exchange": "synthetic", "start": START}
    settings = load_settings(home=home, speed="max", fetch_seconds=0, **chosen)
    parts = open_parts(settings, Silent())
    running = threading.Thread(target=parts.engine.run)
    running.start()
    ends, settled, position, told = time.monotonic() + seconds, 0, 0, 0
    while running.is_alive() and time.monotonic() < ends and settled < trades:
        running.join(5)
        for fact in parts.ledger.facts.all(after=position):
            position, settled = fact.position, settled + (fact.topic == SETTLED)
        if settled >= told + 250:
            told = settled
            print(f"  {settled} trades through the engine", flush=True)
    parts.engine.stop()
    running.join()
    parts.close()


def _settled(ledger: Ledger) -> int:
    return sum(fact.topic == SETTLED for fact in ledger.facts.all())


@dataclass
class Writer:
    """Writes days of trades behind what is in a ledger."""

    ledger: Ledger
    markets: tuple[str, ...]
    chain_id: int
    cash_e8: int
    day: int
    records: int = 0
    rounds: int = 0
    block: int = 0
    cost_e8: dict[str, tuple[int, int]] = field(default_factory=dict)
    prices: dict[str, int] = field(default_factory=dict)
    last_hash: str = "0x" + "00" * 32
    fills: int = 0
    saved: list[Aggregate] = field(default_factory=list)

    def write_day(self) -> None:
        """A day with two orders an hour, an equity point an hour, and its statement."""
        chance = np.random.default_rng(self.day)
        book = TradingDay(book=BOOK, day=self.day, opening_equity_e8=self.equity_e8(), cash_e8=self.cash_e8)
        log = SignalLog(book=BOOK, day=self.day)
        cycles: list[TradeCycle] = []
        for hour in range(24):
            at = self.day * DAY + (hour + 1) * HOUR - 1
            for market in self.markets:
                self.prices[market] = max(SCALE, int(self.prices[market] * (1 + chance.normal(0, 0.006))))
            chosen = [self.markets[(2 * hour + n) % len(self.markets)] for n in range(2)]
            made = [self.trade(market, at, book) for market in chosen]
            if chance.random() < 0.3:
                idle = [market for market in self.markets if market not in chosen]
                made.append(self.reject(idle[0], at))
            self.rounds += 1
            signed = tuple(cycle.id for cycle in made if cycle.signal is not None)
            log.close_round(round=self.rounds, candle_close=at, round_hash=self.hash("round", at), cycles=signed)
            log.hold(round=self.rounds, candle_close=at, holds=(HOLD,))
            equity = self.equity_e8()
            log.finish_bar(
                open_time=at + 1 - HOUR, close_time=at + 1, equity_e8=equity, low_equity_e8=equity * 999 // 1000,
                hold_equity_e8=10_000 * SCALE,
            )  # fmt: skip
            cycles += made
        self.settle_day(book)
        # A fill is booked after the signal that it came of, as the engine does: who folds the log relies on it.
        self.saved += [*cycles, book, log]
        self.day += 1

    def settle_day(self, book: TradingDay) -> None:
        stamp = self.stamp(0)
        book.settle(
            closing_equity_e8=self.equity_e8(),
            values={"closing": str(self.equity_e8()), "observedAt": str((book.day + 1) * DAY)},
            **{name: stamp[name] for name in ("record_seq", "record_hash", "previous_hash")},
        )

    def save(self) -> None:
        """All days since the last save, or none of them."""
        self.ledger.save(*self.saved)
        self.saved = []

    def equity_e8(self) -> int:
        return self.cash_e8 + sum(value_down(q, self.prices[market]) for market, (q, _) in self.cost_e8.items())

    def trade(self, market: str, at: int, book: TradingDay) -> TradeCycle:
        """Buys what is not held, sells all of what is."""
        held = self.cost_e8.get(market, (0, 0))
        price = self.prices[market]
        if held[0]:
            cycle = TradeCycle.open(
                exit_cycle_id(BOOK, trading_day_id(BOOK, self.day), market, at),
                book=BOOK, kind="exit", market=market, observed_at=at,
            )  # fmt: skip
            cycle.request_exit(reason=3, opening_cycle=None, trigger_price_e8=price, quantity_e8=held[0], who="engine")
            quantity, side = held[0], 2
        else:
            cycle, side = self.signal(market, at), 1
            quantity = self.cash_e8 // 20 * SCALE // price
        self.ask(cycle, quantity, price, at)
        cycle.authorise(self.ticket(market, side, quantity, price), **self.stamp(at))
        cycle.place(client_order_id=f"c-{cycle.id}", quantity_e8=quantity, limit_price_e8=price)
        notional = notional_up(quantity, price) if side == 1 else notional_down(quantity, price)
        fee = fee_up(notional, 10)
        cycle.fill(venue_order_id=f"sim-{self.records}", quantity_e8=quantity, price_e8=price, fee_e8=fee)
        cycle.ask_recording(transaction_hash=self.hash("tx", self.records))
        if side == 1:
            taken, realised, after = 0, 0, (quantity, held[1] + notional + fee)
            self.cash_e8 -= notional + fee
        else:
            taken, after = held[1], (0, 0)
            realised = notional - fee - taken
            self.cash_e8 += notional - fee
        self.cost_e8[market] = after
        stamp = self.stamp(at)
        cycle.record(**stamp)
        booking = {
            "side": side, "quantity_e8": quantity, "price_e8": price, "notional_e8": notional, "fee_e8": fee,
            "cash_after_e8": self.cash_e8, "quantity_after_e8": after[0], "cost_after_e8": after[1], "observed_at": at,
        }  # fmt: skip
        cycle.settle(**booking, realised_pnl_e8=realised, equity_e8=self.equity_e8())
        book.book_fill(
            cycle=cycle.id, market=market, **booking, realised_e8=realised, cost_taken_e8=taken,
            record_seq=stamp["record_seq"],
        )  # fmt: skip
        self.fills += 1
        return cycle

    def signal(self, market: str, at: int) -> TradeCycle:
        cycle = TradeCycle.open(
            entry_cycle_id(BOOK, "invented", market, at), book=BOOK, kind="signal", market=market, observed_at=at
        )
        names = ("book", "strategy", "market", "window", "model", "calibrator", "claim", "salt")
        facts = SignalFacts(
            **{name: self.hash(name, at) for name in names}, seq=self.rounds + 1, side=1, confidence_bps=6_700,
            risk_score=40, size_bps=500, price=self.prices[market], take_profit_bps=150, stop_loss_bps=300,
            horizon_seconds=72 * HOUR, candle_close=at, expires_at=at + HOUR,
        )  # fmt: skip
        cycle.generate(facts, OPINION, digest=self.hash("digest", f"{market}{at}"))
        cycle.verify(CHECKS)
        cycle.commit(**self.mined())
        return cycle

    def reject(self, market: str, at: int) -> TradeCycle:
        cycle = self.signal(market, at)
        self.ask(cycle, SCALE, self.prices[market], at)
        rule, measured, limit = ("RULE-03", "6100", "6500") if at % 2 else ("RULE-06", "-120", "220")
        checks = (RuleCheck(rule, failed=True, measured=measured, limit=limit),)
        cycle.reject(rules=(rule,), checks=checks, **self.stamp(at))
        return cycle

    def ask(self, cycle: TradeCycle, quantity: int, price: int, at: int) -> None:
        cycle.ask_authorisation(
            quantity_e8=quantity, limit_price_e8=ceil_div(price * 1_005, 1_000), mark_e8=price, observed_at=at,
            transaction_hash=self.hash("tx", self.records),
        )  # fmt: skip

    def ticket(self, market: str, side: int, quantity: int, price: int) -> Ticket:
        return Ticket(
            id=self.hash("ticket", self.records), market=market, side=side, reason=0, quantity_e8=quantity,
            limit_price_e8=price, mark_e8=price, mark_seq=self.rounds, fee_bps=10, fields=(),
        )  # fmt: skip

    def stamp(self, at: int) -> dict[str, Any]:
        self.records += 1
        before, self.last_hash = self.last_hash, self.hash("record", self.records)
        return {
            "record_seq": self.records, "record_hash": self.last_hash, "previous_hash": before, **self.mined(),
            "observed_at": at,
        }  # fmt: skip

    def mined(self) -> dict[str, Any]:
        self.block += 1
        return {
            "transaction_hash": self.hash("tx", self.block),
            "block": self.block,
            "block_hash": self.hash("block", self.block),
        }

    def hash(self, *parts: object) -> str:
        return "0x" + hashlib.sha256(repr(parts).encode()).hexdigest()


def a_writer(ledger: Ledger, views: ReadModels) -> Writer:
    """Goes on where the ledger ends: on the day after its last, with its cash and positions."""
    portfolio: Portfolio = ledger.repository.get(portfolio_id(OWNER, BOOK))
    queries = views.queries
    days, last = queries.days(), queries.last_record()
    newest = queries.fills_newest(1)
    (bar,) = queries.equity(2)[-1:]
    writer = Writer(
        ledger,
        markets=tuple(portfolio.markets),
        chain_id=31337,
        cash_e8=int(newest[0]["cash_after_e8"]) if newest else portfolio.cash_e8,
        day=max((row["day"] for row in days), default=bar["close_time"] // DAY - 1) + 1,
        records=last["seq"] if last else 0,
        last_hash=last["hash"] if last else "0x" + "00" * 32,
        block=(last["block"] or 0) if last else 0,
        rounds=queries.counters().get("rounds", 0),
        prices=dict(zip(portfolio.markets, _prices(len(portfolio.markets)), strict=True)),
    )
    for row in queries.positions():
        writer.cost_e8[row["market"]] = (int(row["quantity_e8"]), int(row["cost_e8"]))
        writer.prices[row["market"]] = int(row["entry_price_e8"])
    if days and days[-1]["closing_e8"] is None:
        open_day: TradingDay = ledger.repository.get(trading_day_id(BOOK, days[-1]["day"]))
        writer.settle_day(open_day)
        writer.saved.append(open_day)
    return writer


def _prices(count: int) -> list[int]:
    return [(50_000, 3_000, 600, 100, 10, 5, 2, 40, 250)[n % 9] * SCALE for n in range(count)]


def main() -> None:
    """Both parts, then the views."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("home", type=Path)
    parser.add_argument("--trades", type=int, default=100_000)
    parser.add_argument("--engine-trades", type=int, default=ENGINE_TRADES)
    parser.add_argument("--engine-seconds", type=float, default=3_600)
    parser.add_argument("--data", type=Path)
    parser.add_argument(
        "--chain", default="anvil", help="pyrevm is the quickest: Anvil's blocks cost more as its state grows"
    )
    chosen = parser.parse_args()
    marker = chosen.home / "large-home-engine-trades"
    if not marker.exists():
        run_engine(chosen.home, chosen.data, chosen.chain, seconds=chosen.engine_seconds, trades=chosen.engine_trades)
    ledger = Ledger(chosen.home / "ledger.sqlite")
    if not marker.exists():
        marker.write_text(str(_settled(ledger)))
    by_engine = int(marker.read_text())
    print(f"through the whole engine: {by_engine} settled trades", flush=True)
    began = time.monotonic()
    views = open_read_models(chosen.home / "views", ledger.facts)
    views.follower.catch_up()
    writer = a_writer(ledger, views)
    writer.fills = views.queries.counters().get("settled", 0)
    before = writer.fills
    while writer.fills < chosen.trades:
        for _ in range(DAYS_A_SAVE):
            writer.write_day()
        writer.save()
        if writer.day % 200 < DAYS_A_SAVE:
            print(f"  {writer.fills} trades, {(writer.fills - before) / (time.monotonic() - began):,.0f}/s", flush=True)
    seconds = time.monotonic() - began
    print(f"through the store's own code: {writer.fills - by_engine} settled trades; {seconds:.0f} s now", flush=True)
    began = time.monotonic()
    views.follower.catch_up()
    position = views.queries.position()
    print(f"views folded to event {position} in {time.monotonic() - began:.0f} s", flush=True)
    record = views.queries.last_record() or {"seq": 0}
    print(f"settled {views.queries.counters()['settled']}, records {record['seq']}, events {position}")
    ledger.close()


if __name__ == "__main__":
    main()
