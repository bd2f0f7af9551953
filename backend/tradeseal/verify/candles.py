"""Check 9, and the bars' equities of check 7: marks and curves against candles that the reader brings.

Knows ticks and candles. Knows nothing of signatures: a quorum may sign an invented price, and only candles refute it.
"""

from tradeseal.market.published import Candle, CandleStore
from tradeseal.verify.history import Event
from tradeseal.verify.scene import Scene


class Candles:
    """The reader's own candles, or none."""

    def __init__(self, store: CandleStore | None, interval_s: int) -> None:
        self._store = store
        self._interval_s = interval_s
        self._known = frozenset(store.markets) if store else frozenset()

    def vector(self, scene: Scene, event: Event) -> None:
        """Each price of a vector lies within the candle of its moment."""
        if self._store is None:
            return
        d = event.data
        for market, price in d["prices_e8"].items():
            if price == 0:
                continue
            candle = self._candle(market, d["observed_at"], d["kind"])
            if candle is None:
                scene.findings.count(9, "marks at moments of which you have no candle")
            elif candle.low_e8 <= price <= candle.high_e8:
                scene.findings.count(9, "marks within their candle")
            else:
                scene.findings.differs(
                    9, "MARK_INVENTED", f"The mark of {market} lies outside your candle of that moment.", at=event,
                    got=price, want=f"{candle.low_e8} … {candle.high_e8}",
                )  # fmt: skip

    def bar(self, scene: Scene, event: Event) -> None:
        """The equity at a bar's close and lows, from the folded books and the candles' prices."""
        d = event.data
        prices = self._prices(scene, d["open_time"], d["close_time"])
        if prices is None:
            scene.counts["bars untold"] += 1
            return
        closes, lows = prices
        for name, at in (("equity_e8", closes), ("low_equity_e8", lows)):
            if at is not None:
                want = scene.accounts.equity_e8(at)
                scene.findings.same(7, "CURVE_DIFFERS", f"{name} of a bar", at=event, got=d[name], want=want)
        scene.findings.count(7, "equities of bars")

    def _prices(
        self, scene: Scene, open_time: int, close_time: int
    ) -> tuple[dict[str, int], dict[str, int] | None] | None:
        held = list(scene.accounts.holdings)
        if not held:
            return {}, {}
        if self._store is None:
            fresh = scene.observed_at == close_time and all(scene.vector.get(market) for market in held)
            return ({market: scene.vector[market] for market in held}, None) if fresh else None
        closes, lows = {}, {}
        for market in held:
            candle = self._candle(market, close_time, "close") if market in self._known else None
            if candle is None or candle.open_time != open_time:
                return None
            closes[market], lows[market] = candle.close_e8, candle.low_e8
        return closes, lows

    def _candle(self, market: str, moment: int, kind: str) -> Candle | None:
        if self._store is None or market not in self._known:
            return None
        into = {"open": 0, "trigger": 1}.get(kind, self._interval_s)
        return self._store.candle(market, moment - into)
