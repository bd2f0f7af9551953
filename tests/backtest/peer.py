"""The runs that are compared with backtesting.py: crossings alone trade, and the contract lets them."""

from pathlib import Path
from typing import Final

from tradeseal.backtest.run import Finished, run
from tradeseal.kernel.clock import parse_utc
from tradeseal.kernel.money import SCALE
from tradeseal.market.published import load_folder, synthetic_of
from tradeseal.signals.published import Calibrator, find_strategy

SYNTHETIC: Final = "ETH, synthetic"
REAL: Final = ("2022-06-01T00:00Z", "2023-03-01T00:00Z")  # three quarters up and down; no candle is missing in it
# Each case's span.
CASES: Final = {"BTC": REAL, "ETH": REAL, SYNTHETIC: ("2024-03-01T00:00Z", "2025-02-01T00:00Z")}
FAR: Final = {"take_profit_volatilities": 60, "stop_loss_volatilities": 60, "horizon_bars": 10_000}


def our_run(folder: Path, case: str) -> Finished:
    """`ema_cross` with barriers far out and a confidence assumed to be 0.99."""
    if case == SYNTHETIC:
        store = synthetic_of("1h", ["ETH"])
    else:
        store, _ = load_folder(folder, "binance", "1h", [case])
    strategy = find_strategy("ema_cross", FAR)
    assumed = Calibrator.assumed(9_900, strategy.name, strategy.code_hash.hex())
    start, end = map(parse_utc, CASES[case])
    return run(strategy, assumed, store, start=start, end=end, cash_e8=10_000 * SCALE)
