"""Stories: real events of the domain's own aggregates, as the engine would store them, without a chain or a market.

Knows the aggregates' commands. The hashes and numbers are invented; their shapes are not.
"""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid5

from tradeseal.cycle.domainmodel import SignalLog, TradeCycle
from tradeseal.cycle.facts import CheckFacts, HoldFacts, OpinionFacts, SignalFacts
from tradeseal.ledger.published import Ledger
from tradeseal.trading.domainmodel import Portfolio, TradingDay
from tradeseal.trading.published import RuleCheck, Ticket

NAMESPACE = UUID("00000000-0000-5000-8000-000000000001")
START = 1_619_827_200  # 2021-05-01T00:00:00Z
HOUR = 3600
E8 = 10**8
MARKETS = ("BTC-USDT", "ETH-USDT")
PASSED = (CheckFacts(1, "ranges", passed=True, got="ok", limit="ok"),)


def a_hash(n: int) -> str:
    return f"0x{n:064x}"


def a_signal(market: str, close: int, *, side: int = 1, confidence_bps: int = 6700, seq: int = 1) -> SignalFacts:
    return SignalFacts(
        book=a_hash(1),
        strategy=a_hash(2),
        seq=seq,
        market=a_hash(3 + MARKETS.index(market)),
        side=side,
        confidence_bps=confidence_bps,
        risk_score=40,
        size_bps=500,
        price=50_000 * E8,
        take_profit_bps=100,
        stop_loss_bps=200,
        horizon_seconds=72 * HOUR,
        candle_close=close,
        expires_at=close + HOUR,
        window=a_hash(7),
        model=a_hash(8),
        calibrator=a_hash(9),
        claim=a_hash(10),
        salt=a_hash(11),
    )


AN_OPINION = OpinionFacts(
    buy_score="71", sell_score="12", base_rate_bps=6400, indicators={"rsi14": "28.4"}, why=("RSI is low",)
)


@dataclass
class Story:
    """Writes events in the order of the engine; counts records, blocks and vectors like the contract."""

    ledger: Ledger
    cash_e8: int = 10_000 * E8
    held: dict[str, tuple[int, int]] = field(default_factory=dict)
    block: int = 2
    records: int = 0
    now: int = START
    rounds: int = 0
    marks: int = 0

    def __post_init__(self) -> None:
        self.portfolio = Portfolio(
            book="main",
            book_class=0,
            cash_e8=self.cash_e8,
            markets=MARKETS,
            strategy="technical",
            chain_id=31337,
            genesis_hash=a_hash(99),
            oracle_address="0x" + "11" * 20,
            book_address="0x" + "22" * 20,
            data_label="synthetic",
            data_hash=a_hash(98),
            interval_s=HOUR,
            start=START,
            record_head=a_hash(0),
        )
        self.day = TradingDay(book="main", day=START // 86400, opening_equity_e8=self.cash_e8, cash_e8=self.cash_e8)
        self.log = SignalLog(book="main", day=START // 86400)
        self.ledger.save(self.portfolio, self.day, self.log)

    def stamp(self) -> dict[str, object]:
        self.records += 1
        return {
            "record_seq": self.records,
            "record_hash": a_hash(1000 + self.records),
            "previous_hash": a_hash(999 + self.records),
            **self.mined(),
            "observed_at": self.now,
        }

    def mined(self) -> dict[str, object]:
        self.block += 1
        return {
            "transaction_hash": a_hash(5000 + self.block),
            "block": self.block,
            "block_hash": a_hash(6000 + self.block),
        }

    def signal(
        self, market: str = "BTC-USDT", *, side: int = 1, confidence_bps: int = 6700, commit: bool = True
    ) -> TradeCycle:
        """A verified (and committed) signal on the next candle."""
        self.now += HOUR
        self.rounds += 1
        cycle = TradeCycle.open(
            uuid5(NAMESPACE, f"{market}/{self.now}"), book="main", kind="signal", market=market, observed_at=self.now
        )
        facts = a_signal(market, self.now, side=side, confidence_bps=confidence_bps, seq=self.rounds)
        cycle.generate(facts, AN_OPINION, digest=a_hash(20_000 + self.rounds))
        self.log.close_round(
            round=self.rounds, candle_close=self.now, round_hash=a_hash(self.rounds), cycles=(cycle.id,)
        )
        hold = HoldFacts(
            market="ETH-USDT", struct_hash=a_hash(1), confidence_bps=5000, base_rate_bps=6400, price=1,
            take_profit_bps=1, stop_loss_bps=1, horizon_seconds=1,
        )  # fmt: skip
        self.log.hold(round=self.rounds, candle_close=self.now, holds=(hold,))
        self.ledger.save(self.log, cycle)
        cycle.verify(PASSED)
        if commit:
            cycle.commit(**self.mined())
        self.ledger.save(cycle)
        return cycle

    def refused(self, market: str = "BTC-USDT") -> TradeCycle:
        """A signal that the oracle did not sign."""
        self.now += HOUR
        cycle = TradeCycle.open(
            uuid5(NAMESPACE, f"{market}/{self.now}"), book="main", kind="signal", market=market, observed_at=self.now
        )
        cycle.generate(a_signal(market, self.now), AN_OPINION, digest=a_hash(30_000 + self.now))
        cycle.refuse("CHECK_4_window", (CheckFacts(4, "window", passed=False, got="0xab", limit="0xcd"),))
        self.ledger.save(cycle)
        return cycle

    def asked(self, cycle: TradeCycle, *, quantity_e8: int, price_e8: int) -> None:
        cycle.ask_authorisation(
            quantity_e8=quantity_e8,
            limit_price_e8=price_e8 * 1005 // 1000,
            mark_e8=price_e8,
            observed_at=self.now,
            transaction_hash=a_hash(5001 + self.block),
        )

    def rejection(self, market: str = "BTC-USDT", *, confidence_bps: int = 6000) -> TradeCycle:
        """A signal that the contract rejected by RULE-03."""
        cycle = self.signal(market, confidence_bps=confidence_bps)
        self.asked(cycle, quantity_e8=E8 // 100, price_e8=50_000 * E8)
        checks = (
            RuleCheck("RULE-01", failed=False, measured="1", limit="2"),
            RuleCheck("RULE-03", failed=True, measured=str(confidence_bps), limit="6500"),
        )
        cycle.reject(rules=("RULE-03",), checks=checks, **self.stamp())
        self.ledger.save(cycle)
        return cycle

    def buy(self, market: str = "BTC-USDT", *, quantity_e8: int = E8 // 100, price_e8: int = 50_000 * E8) -> TradeCycle:
        """A signal that was bought and settled."""
        cycle = self.signal(market)
        self.asked(cycle, quantity_e8=quantity_e8, price_e8=price_e8)
        self._fill(cycle, market, 1, quantity_e8, price_e8)
        return cycle

    def sell(self, market: str = "BTC-USDT", *, price_e8: int = 51_000 * E8, reason: int = 3) -> TradeCycle:
        """The whole position sold for a reason that is no signal."""
        self.now += 1
        quantity, _ = self.held[market]
        cycle = TradeCycle.open(
            uuid5(NAMESPACE, f"exit/{market}/{self.now}"), book="main", kind="exit", market=market, observed_at=self.now
        )
        cycle.request_exit(
            reason=reason, opening_cycle=None, trigger_price_e8=price_e8, quantity_e8=quantity, who="engine"
        )
        self.asked(cycle, quantity_e8=quantity, price_e8=price_e8)
        self._fill(cycle, market, 2, quantity, price_e8)
        return cycle

    def bar(self, *, equity_e8: int | None = None) -> None:
        """The end of a bar."""
        equity = self.cash_e8 if equity_e8 is None else equity_e8
        self.log.finish_bar(
            open_time=self.now - HOUR, close_time=self.now, equity_e8=equity, low_equity_e8=equity,
            hold_equity_e8=10_000 * E8,
        )  # fmt: skip
        self.ledger.save(self.log)

    def vector(self) -> None:
        """A vector of marks."""
        self.marks += 1
        self.log.post_marks(
            seq=self.marks,
            observed_at=self.now,
            kind="close",
            candle_hash="",
            prices_e8=dict.fromkeys(MARKETS, 50_000 * E8),
            vector_hash=a_hash(40_000 + self.marks),
            **self.mined(),
        )
        self.ledger.save(self.log)

    def _fill(self, cycle: TradeCycle, market: str, side: int, quantity_e8: int, price_e8: int) -> None:
        notional, had = quantity_e8 * price_e8 // E8, self.held.get(market, (0, 0))
        fee = notional // 1000
        ticket = Ticket(
            id=a_hash(50_000 + self.records), market=market, side=side, reason=0, quantity_e8=quantity_e8,
            limit_price_e8=price_e8, mark_e8=price_e8, mark_seq=self.marks, fee_bps=10, fields=(),
        )  # fmt: skip
        cycle.authorise(ticket, **self.stamp())
        cycle.place(client_order_id=f"c-{self.records}", quantity_e8=quantity_e8, limit_price_e8=price_e8)
        cycle.fill(venue_order_id=f"v-{self.records}", quantity_e8=quantity_e8, price_e8=price_e8, fee_e8=fee)
        self.ledger.save(cycle)
        cycle.ask_recording(transaction_hash=a_hash(5001 + self.block))
        if side == 1:
            self.cash_e8 -= notional + fee
            after, realised = (had[0] + quantity_e8, had[1] + notional + fee), 0
        else:
            self.cash_e8 += notional - fee
            after, realised = (0, 0), notional - fee - had[1]
        self.held[market] = after
        stamp = self.stamp()
        booking = {
            "side": side,
            "quantity_e8": quantity_e8,
            "price_e8": price_e8,
            "notional_e8": notional,
            "fee_e8": fee,
            "cash_after_e8": self.cash_e8,
            "quantity_after_e8": after[0],
            "cost_after_e8": after[1],
            "observed_at": self.now,
        }
        cycle.record(**stamp)
        cycle.settle(**booking, realised_pnl_e8=realised, equity_e8=self.cash_e8 + after[1])
        self.day.book_fill(
            cycle=cycle.id, market=market, **booking, realised_e8=realised,
            cost_taken_e8=had[1] if side == 2 else 0, record_seq=stamp["record_seq"],
        )  # fmt: skip
        self.ledger.save(cycle, self.day)


def a_story(folder: Path) -> Story:
    """A book that has just been opened."""
    return Story(Ledger(folder / "ledger.sqlite"))
