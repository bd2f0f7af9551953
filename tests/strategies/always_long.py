"""always_long.py: BUYs every market at every candle, up to whatever the contract allows, and never stops out.

Nothing to trade by: it is here to be stopped by the contract alone. Stop and target lie where no price comes.
"""

from dataclasses import replace

from tradeseal.signals.published import Opinion, Part, ScoredStrategy
from tradeseal.signals.scored import ScoredReadings

SIZE_BPS = 2_000
TAKE_PROFIT_BPS, STOP_LOSS_BPS = 65_535, 9_999
HORIZON_BARS = 10_000


class AllIn(ScoredReadings):
    """The largest size, and barriers out of reach."""

    def take(self, chosen):
        return AllIn(self.strategy, self.windows.take(chosen))

    def opinion(self, at: int, *, confidence_bps: int, base_rate_bps: int) -> Opinion:
        told = super().opinion(at, confidence_bps=confidence_bps, base_rate_bps=base_rate_bps)
        return replace(
            told,
            size_bps=SIZE_BPS,
            take_profit_bps=TAKE_PROFIT_BPS,
            stop_loss_bps=STOP_LOSS_BPS,
            horizon_s=HORIZON_BARS * self.windows.interval_s,
        )


class AlwaysLong(ScoredStrategy):
    name = "always_long"
    about = "Buys every market at every candle; only the contract stops it."

    def parts(self, windows, features):
        return {"always": Part(100, 1.0 + 0.0 * windows.close[-1], "whatever the price does")}

    def read(self, window):
        read = super().read(window)
        return AllIn(self, read.windows)

    def read_run(self, run, stride=1):
        read = super().read_run(run, stride)
        return AllIn(self, read.windows)
