"""Days and portfolios: the daily statement of a book, and the rare facts about it.

Knows bookings, days and settings. Knows nothing of signals, the chain's transactions or prices.
"""

from uuid import UUID

from tradeseal.kernel.errors import Refused
from tradeseal.kernel.ids import portfolio_id, trading_day_id
from tradeseal.ledger.published import Aggregate, event

OWNER = "local"


class TradingDay(Aggregate):
    """One UTC day of one book: balances at both ends, fills with the balances after each."""

    TOPIC = "TradingDay"

    class Event(Aggregate.Event):
        TOPIC = "TradingDay.Event"

    @staticmethod
    def create_id(book: str, day: int) -> UUID:
        return trading_day_id(book, day)

    @event("DayOpened", topic="TradingDay.DayOpened")
    def __init__(self, book: str, day: int, opening_equity_e8: int, cash_e8: int) -> None:
        self.book = book
        self.day = day
        self.opening_equity_e8 = opening_equity_e8
        self.closing_equity_e8: int | None = None

    def book_fill(
        self,
        *,
        cycle: UUID,
        market: str,
        side: int,
        quantity_e8: int,
        price_e8: int,
        notional_e8: int,
        fee_e8: int,
        realised_e8: int,
        cost_taken_e8: int,
        cash_after_e8: int,
        quantity_after_e8: int,
        cost_after_e8: int,
        observed_at: int,
        record_seq: int,
    ) -> None:
        """Book one recorded fill, or raise `Refused` when the day is closed."""
        self._check_open()
        self._book_fill(
            cycle=cycle,
            market=market,
            side=side,
            quantity_e8=quantity_e8,
            price_e8=price_e8,
            notional_e8=notional_e8,
            fee_e8=fee_e8,
            realised_e8=realised_e8,
            cost_taken_e8=cost_taken_e8,
            cash_after_e8=cash_after_e8,
            quantity_after_e8=quantity_after_e8,
            cost_after_e8=cost_after_e8,
            observed_at=observed_at,
            record_seq=record_seq,
        )

    @event("FillBooked", topic="TradingDay.FillBooked")
    def _book_fill(
        self,
        cycle: UUID,
        market: str,
        side: int,
        quantity_e8: int,
        price_e8: int,
        notional_e8: int,
        fee_e8: int,
        realised_e8: int,
        cost_taken_e8: int,
        cash_after_e8: int,
        quantity_after_e8: int,
        cost_after_e8: int,
        observed_at: int,
        record_seq: int,
    ) -> None:
        pass

    def latch(
        self, *, values: dict[str, str], observed_at: int, record_seq: int, record_hash: str, previous_hash: str
    ) -> None:
        """Note that the contract latched the day."""
        self._check_open()
        self._latch(
            values=values,
            observed_at=observed_at,
            record_seq=record_seq,
            record_hash=record_hash,
            previous_hash=previous_hash,
        )

    @event("DayLatched", topic="TradingDay.DayLatched")
    def _latch(
        self, values: dict[str, str], observed_at: int, record_seq: int, record_hash: str, previous_hash: str
    ) -> None:
        pass

    def settle(
        self, *, closing_equity_e8: int, values: dict[str, str], record_seq: int, record_hash: str, previous_hash: str
    ) -> None:
        """Close the day with the contract's own statement."""
        self._check_open()
        self._settle(
            closing_equity_e8=closing_equity_e8,
            values=values,
            record_seq=record_seq,
            record_hash=record_hash,
            previous_hash=previous_hash,
        )

    @event("DaySettled", topic="TradingDay.DaySettled")
    def _settle(
        self, closing_equity_e8: int, values: dict[str, str], record_seq: int, record_hash: str, previous_hash: str
    ) -> None:
        self.closing_equity_e8 = closing_equity_e8

    def _check_open(self) -> None:
        if self.closing_equity_e8 is not None:
            raise Refused("DAY_CLOSED", f"Day {self.day} is settled.", got=self.day)


class Portfolio(Aggregate):
    """The rare facts of one portfolio: how it was opened, how a person set it, what state the contract put it in."""

    TOPIC = "Portfolio"

    class Event(Aggregate.Event):
        TOPIC = "Portfolio.Event"

    @staticmethod
    def create_id(book: str) -> UUID:
        return portfolio_id(OWNER, book)

    @event("BookOpened", topic="Portfolio.BookOpened")
    def __init__(
        self,
        book: str,
        book_class: int,
        cash_e8: int,
        markets: tuple[str, ...],
        strategy: str,
        chain_id: int,
        genesis_hash: str,
        oracle_address: str,
        book_address: str,
        data_label: str,
        data_hash: str,
        interval_s: int,
        start: int,
        record_head: str,
    ) -> None:
        self.book = book
        self.cash_e8 = cash_e8
        self.markets = markets
        self.start = start
        self.paused = False
        self.modes: dict[str, str] = {}

    def set_mode(self, market: str, mode: str, *, who: str) -> None:
        """Let a market trade by itself (`automatic`) or only after a person's word (`ask`)."""
        if market not in self.markets:
            raise Refused("UNKNOWN_MARKET", f"{market} is not traded here.", got=market, known=list(self.markets))
        if mode not in ("automatic", "ask"):
            raise Refused("UNKNOWN_MODE", f"{mode!r} is no mode.", got=mode, known=["automatic", "ask"])
        if self.mode(market) != mode:
            self._set_mode(market=market, mode=mode, who=who)

    def mode(self, market: str) -> str:
        """`automatic` unless a person chose otherwise."""
        return self.modes.get(market, "automatic")

    @event("MarketModeChanged", topic="Portfolio.MarketModeChanged")
    def _set_mode(self, market: str, mode: str, who: str) -> None:
        self.modes[market] = mode

    def pause(self, *, who: str) -> None:
        """Stop the engine's entries."""
        if not self.paused:
            self._pause(who=who)

    @event("EntriesPaused", topic="Portfolio.EntriesPaused")
    def _pause(self, who: str) -> None:
        self.paused = True

    def resume(self, *, who: str) -> None:
        """Let the engine enter again."""
        if self.paused:
            self._resume(who=who)

    @event("EntriesResumed", topic="Portfolio.EntriesResumed")
    def _resume(self, who: str) -> None:
        self.paused = False

    # Levers: the intent is stored with the signed transaction, before it is sent; its end with the block.

    @event("ActOrdered", topic="Portfolio.ActOrdered")
    def order_act(
        self, act: str, role: str, where: str, call: str, who: str, idempotency_key: str, transaction_hash: str
    ) -> None:
        """Intent: this call goes to the contracts with this transaction."""

    @event("ActEnded", topic="Portfolio.ActEnded")
    def end_act(self, act: str, error: str, transaction_hash: str, block: int, block_hash: str) -> None:
        """Keep what came of it: the contract's error, or none."""

    @event("GovernanceNoted", topic="Portfolio.GovernanceNoted")
    def note_governance(
        self, name: str, contract: str, values: dict[str, str], transaction_hash: str, block: int, block_hash: str
    ) -> None:
        """Keep what the contracts said of a change that waits, of the signers or of the trader."""

    @event("BookRecordNoted", topic="Portfolio.BookRecordNoted")
    def note_record(
        self, name: str, values: dict[str, str], record_seq: int, record_hash: str, previous_hash: str
    ) -> None:
        """Keep a record of the contract that belongs to no cycle and no day: state, limits, flow, peak."""
