"""The signal source: steps 2 and 3 as the cycle asks for them, each from its own copy of the candles.

Knows how an opinion becomes the signed message. The strategy's opinions come from the batch over all windows, the
oracle's from one window at a time; that the two agree bit for bit is one of the oracle's checks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tradeseal.market.published import CandleStore, CandleWindow
from tradeseal.oracle.published import OwnView as OracleView
from tradeseal.oracle.published import SignalMessage, Terms, Verification, name_id, verify
from tradeseal.signals.published import (
    CLAIM,
    NEVER,
    Calibrator,
    NotEnoughData,
    Opinion,
    Opinions,
    Revision,
    Schedule,
    SignalEngine,
)

_GEOMETRY = ("take_profit_volatilities", "stop_loss_volatilities", "horizon_bars")


class OwnView:
    """The oracle's copy of the candles and its own computation."""

    def __init__(self, store: CandleStore, engine: SignalEngine) -> None:
        self._store = store
        self._engine = engine

    def window(self, market: str, close_time: int) -> CandleWindow | None:
        """The window of candles that ends at this close."""
        return self._store.window(market, close_time)

    def opinion(self, market: str, close_time: int) -> Opinion | NotEnoughData:
        """The opinion computed from that window alone."""
        return self._engine.opinion(self.window(market, close_time))


class SignalSource:
    """Opinions of one strategy on one store, and the oracle's look at them."""

    def __init__(
        self,
        *,
        book: str,
        store: CandleStore,
        oracle_store: CandleStore,
        engine: SignalEngine,
        opinions: Opinions,
        own: OracleView | None = None,
    ) -> None:
        self.strategy = engine.strategy.name
        self._book = book
        self._store = store
        self._engine = engine
        self._opinions = opinions
        self.model = engine.strategy.code_hash
        self._terms = Terms(
            book=book,
            strategy=engine.strategy.name,
            model=engine.strategy.code_hash,
            calibrator=engine.calibrator.hash,
            interval_s=store.interval_s,
            **{name: engine.strategy.params[name] for name in _GEOMETRY},
        )
        self._own = own or OwnView(oracle_store, engine)

    @property
    def engine(self) -> SignalEngine:
        """What its opinions are made by: a strategy and its calibrator."""
        return self._engine

    def calibrator(self, candle_close: int) -> Calibrator:
        """The calibrator in force for a candle."""
        return self._engine.calibrator_at(candle_close)

    @property
    def schedule(self) -> Schedule:
        """How often the calibrator is looked at."""
        return NEVER if self._engine.succession is None else self._engine.succession.schedule

    def revisions(self, candle_close: int) -> Sequence[Revision]:
        """Every calibrator that has taken another's place by then, oldest first."""
        succession = self._engine.succession
        return () if succession is None else succession.revisions_until(candle_close)

    def _terms_at(self, candle_close: int) -> Terms:
        """What the oracle attests of a candle: the calibrator is the one that the candles before it lead to."""
        calibrator = self.calibrator(candle_close)
        return (
            self._terms if calibrator is self._engine.calibrator else replace(self._terms, calibrator=calibrator.hash)
        )

    def opinions(self, candle_close: int, markets: Sequence[str]) -> Mapping[str, Opinion]:
        """The opinions on all candles that closed then; a market before the end of its warm-up is absent."""
        found = {market: self._opinions.opinion(market, candle_close) for market in markets}
        return {market: opinion for market, opinion in found.items() if isinstance(opinion, Opinion)}

    def opinion(self, market: str, candle_close: int) -> Opinion | NotEnoughData:
        """The opinion on one candle."""
        return self._opinions.opinion(market, candle_close)

    def message(self, *, market: str, opinion: Opinion, seq: int, candle_close: int, salt: bytes) -> SignalMessage:
        """The opinion as it is signed: every field derives from candle, strategy and sequence."""
        window = self._store.window(market, candle_close)
        assert window is not None, "an opinion has a window"
        return SignalMessage(
            book=name_id(self._book),
            strategy=name_id(self.strategy),
            seq=seq,
            market=name_id(market),
            side=int(opinion.side),
            confidence_bps=opinion.confidence_bps,
            risk_score=opinion.risk_score,
            size_bps=opinion.size_bps,
            price=window.close_e8,
            take_profit_bps=opinion.take_profit_bps,
            stop_loss_bps=opinion.stop_loss_bps,
            horizon_seconds=opinion.horizon_s,
            candle_close=candle_close,
            expires_at=candle_close + self._store.interval_s,
            window=window.hash,
            model=self._terms.model,
            calibrator=self.calibrator(candle_close).hash,
            claim=CLAIM,
            salt=salt,
        )

    def verify(self, *, market: str, message: SignalMessage, observed_at: int) -> Verification:
        """The oracle's numbered checks."""
        claimed = self._opinions.opinion(market, message.candle_close)
        assert isinstance(claimed, Opinion), "a generated signal has an opinion"
        terms = self._terms_at(message.candle_close)
        return verify(message, claimed, market, terms=terms, own=self._own, observed_at=observed_at)
