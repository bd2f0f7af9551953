"""Benchmark: whole trade cycles on a local chain, one at a time and in batches, stored as the engine stores them.

A cycle is four blocks: commit, marks, authorise, record; each is signed, journaled, sent, read and journaled again.
Run `.venv/bin/python scripts/bench_cycle.py [CYCLES] [anvil|eth-tester|pyrevm]`; prints figures, asserts that every
trade was allowed and booked.
"""

import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "backend"))

from tradeseal.chain.published import BookPlan, ChainGate, demo_keys, open_gate  # noqa: E402
from tradeseal.cycle.ports import Authorised, Filled, Mined, Prepared  # noqa: E402
from tradeseal.kernel.money import fee_up, notional_up, price_with_spread_up  # noqa: E402
from tradeseal.ledger.published import Ledger  # noqa: E402
from tradeseal.oracle.published import Attestor, SignalMessage, name_id, round_hash  # noqa: E402
from tradeseal.trading.published import Fill, Order, Ticket  # noqa: E402

MARKETS = tuple(f"{base}-USDT" for base in ("ADA", "BNB", "BTC", "DOGE", "ETH", "LINK", "LTC", "SOL", "XRP"))
PRICES = tuple(price * 10**8 for price in (2, 600, 50_000, 1, 3_000, 40, 250, 45, 1))
START = 1_619_827_200
DAY, TRADES_A_DAY = 86_400, 50


@dataclass
class Bench:
    """A desk that buys a little of everything, fifty times a day."""

    gate: ChainGate
    ledger: Ledger
    attestor: Attestor
    now: int = START
    tick: int = 0
    round: int = 0
    previous: bytes = bytes(32)
    gas: int = 0

    def post(self, prepared: Prepared) -> Mined:
        self.ledger.save(prepared.journal)
        mined = self.gate.send(prepared)
        self.ledger.save(mined.journal)
        assert mined.succeeded, mined.error
        self.gas += mined.gas_used
        return mined

    def marks(self) -> None:
        self.tick += 1
        before = self.previous
        self.previous, signatures = self.attestor.sign_marks(self.tick, before, self.now, PRICES)
        self.post(
            self.gate.prepare_marks(
                seq=self.tick,
                previous_hash=before,
                observed_at=self.now,
                prices_e8=PRICES,
                signatures=signatures,
                at=self.now,
                label="marks",
            )
        )

    def signal(self, place: int) -> SignalMessage:
        market = place % len(MARKETS)
        strategy = f"bench-{place // len(MARKETS)}"
        return SignalMessage(
            book=name_id("bench"),
            strategy=name_id(strategy),
            seq=self.round,
            market=name_id(MARKETS[market]),
            side=1,
            confidence_bps=7_000,
            risk_score=30,
            size_bps=1_500,
            price=PRICES[market],
            take_profit_bps=300,
            stop_loss_bps=500,
            horizon_seconds=72 * 3_600,
            candle_close=self.now,
            expires_at=self.now + 3_600,
            window=b"w" * 32,
            model=b"m" * 32,
            calibrator=b"c" * 32,
            claim=b"k" * 32,
            salt=self.attestor.salt(strategy, self.round, MARKETS[market]),
        )

    def cycle(self, size: int) -> None:
        """Commit, marks, authorise, record for so many signals at once."""
        self.round += 1
        signals = [self.signal(place) for place in range(size)]
        hashes = [round_hash(self.round, [signal.struct_hash() for signal in signals])]
        digests = [signal.digest(self.gate.domain) for signal in signals]
        signatures = self.attestor.sign_commit(self.round, hashes, digests)
        self.post(
            self.gate.prepare_commit(
                from_seq=self.round,
                round_hashes=hashes,
                digests=digests,
                signatures=signatures,
                at=self.now,
                label="commit",
            )
        )
        self.now += 1
        self.marks()
        orders = [Order(signal, 10**8 * 10**8 // signal.price // 10, signal.price) for signal in signals]
        orders = [Order(o.signal, o.quantity_e8, o.limit_price_e8 * 1_004 // 1_000) for o in orders]
        allowed = self.post(self.gate.prepare_authorise(orders, at=self.now, label="authorise")).facts
        fills = [best_fill(fact.ticket) for fact in allowed if isinstance(fact, Authorised)]
        assert len(fills) == size, allowed
        booked = self.post(self.gate.prepare_record(fills, at=self.now, label="record")).facts
        assert all(isinstance(fact, Filled) for fact in booked)


def best_fill(ticket: Ticket) -> Fill:
    """The best the contract allows."""
    price = price_with_spread_up(ticket.mark_e8, 1)
    fee = fee_up(notional_up(ticket.quantity_e8, price), ticket.fee_bps)
    return Fill(ticket, ticket.quantity_e8, price, fee)


def a_bench(home: Path, kind: str) -> Bench:
    """A fresh home with a book of nine markets."""
    ledger = Ledger(home / "ledger.sqlite")
    plan = BookPlan("bench", MARKETS, 10_000_000 * 10**8, START, 2_000)
    gate = open_gate(home, ledger, plan, kind=kind)
    return Bench(gate, ledger, Attestor(demo_keys(home / "demo-keys.json").signers(1), gate.domain, gate.epoch()))


def run(size: int, cycles: int, kind: str) -> None:
    """So many cycles of so many trades; a new day whenever fifty were made."""
    with tempfile.TemporaryDirectory() as folder:
        bench = a_bench(Path(folder), kind)
        bench.now += 1
        bench.marks()
        bench.gas = 0
        times, today = [], 0
        for _ in range(cycles):
            if today + size > TRADES_A_DAY:
                bench.now += DAY
                bench.marks()
                today = 0
            today += size
            before = time.perf_counter()
            bench.cycle(size)
            times.append(time.perf_counter() - before)
            bench.now += 1
        report(size, times, bench.gas)
        blocks = bench.gate.heads().block
        bench.gate.close()
        before = time.perf_counter()
        again = open_gate(Path(folder), bench.ledger, bench.gate.plan, kind=kind)
        seconds = time.perf_counter() - before
        print(f"  executed again: {blocks} blocks in {seconds:.2f} s, {blocks / seconds:,.0f} blocks/s")
        again.close()
        bench.ledger.close()


def report(size: int, times: list[float], gas: int) -> None:
    """The figures of one run."""
    cuts = statistics.quantiles(times, n=100)
    trades = size * len(times)
    print(
        f"{size:3} a batch: cycle p50 {cuts[49] * 1e3:.1f} ms, p99 {cuts[98] * 1e3:.1f} ms; "
        f"{trades / sum(times):,.0f} fills/s; {gas / trades / 1e3:.0f}k gas a trade ({trades} trades)"
    )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    on = sys.argv[2] if len(sys.argv) > 2 else "anvil"
    run(1, count, on)
    run(10, max(count // 4, 10), on)
    run(50, max(count // 10, 10), on)
