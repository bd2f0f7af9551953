"""A desk for tests: trades through a real gate, saving before and after each sending as the engine does.

Knows one plan of a book with two markets. Knows nothing of candles or strategies.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tradeseal.chain.published import BookPlan, ChainGate
from tradeseal.cycle.ports import Authorised, Mined, Prepared
from tradeseal.kernel.money import fee_up, notional_down, notional_up, price_with_spread_down, price_with_spread_up
from tradeseal.ledger.published import Ledger
from tradeseal.oracle.published import Attestor, SignalMessage, name_id, round_hash
from tradeseal.trading.published import ExitOrder, ExitReason, Fill, Order, Ticket

KINDS = ("anvil", "eth-tester", "pyrevm")
MARKETS = ("BTC-USDT", "ETH-USDT")
MIDNIGHT = 1_619_827_200
PRICES = (50_000 * 10**8, 3_000 * 10**8)
BTC = 10**8


@dataclass
class Desk:
    """Somebody who trades through a gate."""

    gate: ChainGate
    ledger: Ledger
    attestor: Attestor
    now: int = MIDNIGHT
    tick: int = 0
    previous: bytes = bytes(32)
    round: int = 0
    mined: list[Mined] = field(default_factory=list)

    def post(self, prepared: Prepared) -> Mined:
        self.ledger.save(prepared.journal)
        mined = self.gate.send(prepared)
        self.ledger.save(mined.journal)
        self.mined.append(mined)
        return mined

    def marks(self, prices: Sequence[int] = PRICES, *, seconds: int = 1) -> Mined:
        return self.post(self.prepare_marks(prices, seconds=seconds))

    def prepare_marks(self, prices: Sequence[int] = PRICES, *, seconds: int = 1) -> Prepared:
        self.now += seconds
        self.tick += 1
        before = self.previous
        self.previous, signatures = self.attestor.sign_marks(self.tick, before, self.now, prices)
        return self.gate.prepare_marks(
            seq=self.tick,
            previous_hash=before,
            observed_at=self.now,
            prices_e8=prices,
            signatures=signatures,
            at=self.now,
            label=f"tick {self.tick}",
        )

    def signal(self, *, side: int = 1, market: str = MARKETS[0], confidence_bps: int = 7_000) -> SignalMessage:
        """The opinion of a new round."""
        self.round += 1
        salt = self.attestor.salt("technical", self.round, market)
        return SignalMessage(
            book=name_id("test"),
            strategy=name_id("technical"),
            seq=self.round,
            market=name_id(market),
            side=side,
            confidence_bps=confidence_bps,
            risk_score=30,
            size_bps=1_500,
            price=PRICES[MARKETS.index(market)],
            take_profit_bps=500,
            stop_loss_bps=300,
            horizon_seconds=72 * 3_600,
            candle_close=self.now,
            expires_at=self.now + 3_600,
            window=b"w" * 32,
            model=b"m" * 32,
            calibrator=b"c" * 32,
            claim=b"k" * 32,
            salt=salt,
        )

    def commit(self, signal: SignalMessage) -> Mined:
        hashes = [round_hash(signal.seq, [signal.struct_hash()])]
        digests = [signal.digest(self.gate.domain)]
        prepared = self.gate.prepare_commit(
            from_seq=signal.seq,
            round_hashes=hashes,
            digests=digests,
            signatures=self.attestor.sign_commit(signal.seq, hashes, digests),
            at=self.now,
            label=f"round {signal.seq}",
        )
        return self.post(prepared)

    def buy(self, signal: SignalMessage, quantity_e8: int = BTC // 100) -> Mined:
        order = Order(signal, quantity_e8, signal.price * 1_004 // 1_000)
        return self.post(self.gate.prepare_authorise([order], at=self.now, label="authorise"))

    def exit(self, market: str = MARKETS[0], quantity_e8: int = BTC // 100) -> Mined:
        order = ExitOrder(market, quantity_e8, PRICES[MARKETS.index(market)] * 99 // 100, ExitReason.MANUAL)
        return self.post(self.gate.prepare_exit([order], at=self.now, label="exit"))

    def record(self, fill: Fill) -> Mined:
        return self.post(self.gate.prepare_record([fill], at=self.now, label="record"))

    def whole_trade(self) -> None:
        """Commit, buy, record, exit by hand, record."""
        self.marks()
        signal = self.signal()
        self.commit(signal)
        self.marks()
        self.record(filled(ticket_of(self.buy(signal))))
        self.marks()
        self.record(filled(ticket_of(self.exit())))


def ticket_of(mined: Mined) -> Ticket:
    fact = mined.facts[0]
    assert isinstance(fact, Authorised), fact
    return fact.ticket


def filled(ticket: Ticket, *, better_by: int = 0) -> Fill:
    """The best fill the contract accepts for the whole ticket, or one that is better by so much."""
    if ticket.side == 1:
        price = price_with_spread_up(ticket.mark_e8, 1) - better_by
        notional = notional_up(ticket.quantity_e8, price)
    else:
        price = price_with_spread_down(ticket.mark_e8, 1) + better_by
        notional = notional_down(ticket.quantity_e8, price)
    return Fill(ticket, ticket.quantity_e8, price, fee_up(notional, ticket.fee_bps))


def blocks(desk: Desk) -> list[str]:
    """All block hashes, the first block's included."""
    last = desk.gate.heads().block
    return [desk.gate.read("eth_getBlockByNumber", [hex(n), False])["hash"] for n in range(last + 1)]


def a_plan(**changes: object) -> BookPlan:
    facts = {
        "name": "test",
        "markets": MARKETS,
        "cash_e8": 10_000 * 10**8,
        "opened_at": MIDNIGHT,
        "step_limit_bps": 2_000,
    }
    return BookPlan(**(facts | changes))
