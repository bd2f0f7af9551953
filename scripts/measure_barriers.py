"""Which barriers can an honest confidence live with? Prints a table over real candles.

For each geometry (take-profit and stop-loss in 6-hour volatilities, horizon in hours) the calibrator's own fit is made
on what was over before the split and scored on what came after: base rate, time-outs, the share of candles at or above
0.65, how often those were right, and the share whose expectation also pays costs (RULE-06: 2 x 10 bps fee and 2 x 1 bps
half spread).

    python scripts/measure_barriers.py [--data DIR] [--split 2021-05-01T00:00Z] [--to 2021-07-23T08:00Z]
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tradeseal.kernel.clock import parse_utc
from tradeseal.market.published import WINDOW, CandleStore, CandleWindow, load_folder
from tradeseal.signals.fitting import Lessons, fit_logistic, walk_forward
from tradeseal.signals.labels import REACHED, TIMED_OUT, UNKNOWN, outcomes
from tradeseal.signals.portable import log, logistic
from tradeseal.signals.published import ScoredReadings, TechnicalStrategy

STRIDE = 6
GATE = 0.65
COST_BPS = 22
GEOMETRIES = [(take, stop, hours) for hours in (24, 72) for take, stop in ((1, 1), (2, 1), (1, 2))]


@dataclass(frozen=True)
class Read:
    """One market, read once for all geometries."""

    market: str
    at: np.ndarray
    readings: ScoredReadings


def main() -> int:
    """Read the candles once, then try each geometry."""
    options = _options()
    began = time.monotonic()
    store, report = load_folder(options.data, options.exchange, options.interval)
    reads = [_read(store, market) for market in store.markets]
    print("\n".join(report.lines()[:2]))
    print(f"every {STRIDE}th candle, fitted before {options.split}, scored up to {options.to}\n")
    print("tp : sl  hours | base before  after | time-out | >= 0.65  right | pays costs  right | slope   skill")
    for geometry in GEOMETRIES:
        print(_row(store, reads, geometry, parse_utc(options.split), parse_utc(options.to)))
    print(f"\n{time.monotonic() - began:.1f} s")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    shared = Path(__file__).resolve().parent.parent.parent / "shared" / "market-data"
    parser.add_argument("--data", type=Path, default=shared)
    parser.add_argument("--exchange", default="binance")
    parser.add_argument("--interval", default="1h")
    parser.add_argument("--split", default="2021-05-01T00:00Z")
    parser.add_argument("--to", default="2021-07-23T08:00Z")
    return parser.parse_args()


def _read(store: CandleStore, market: str) -> Read:
    series = store.series(market)
    readings = TechnicalStrategy().read_run(CandleWindow(market, store.interval_s, *series.columns), STRIDE)
    return Read(market, np.arange(WINDOW - 1, len(series), STRIDE), readings)


def _row(store: CandleStore, reads: list[Read], geometry: tuple[int, int, int], split: int, until: int) -> str:
    take, stop, hours = geometry
    before, _, _ = _lessons(store, reads, geometry, 0, split)
    after, barriers, timed_out = _lessons(store, reads, geometry, split, until)
    _, _, slope = (scores := walk_forward(before))
    centres, scales, weights, intercept = fit_logistic(before)
    base = float(before.reached.mean())
    anchor = float(log(base / (1 - base)))
    guess = intercept + ((after.features - centres) / scales) @ weights
    p = logistic(anchor + slope * (guess - anchor))
    passed = p >= GATE
    pays = passed & (p * barriers[:, 0] - (1 - p) * barriers[:, 1] >= COST_BPS)
    return (
        f"{take:2d} : {stop:<2d} {hours:5d}  | {base:11.3f} {after.reached.mean():6.3f} | {timed_out:8.3f} "
        f"| {passed.mean():7.3f} {_right(after, passed)} | {pays.mean():10.4f} {_right(after, pays)} "
        f"| {slope:5.2f} {1 - scores[0] / scores[1]:7.4f}"
    )


def _right(lessons: Lessons, mask: np.ndarray) -> str:
    return f"{lessons.reached[mask].mean():6.3f}" if mask.any() else "     -"


def _lessons(
    store: CandleStore, reads: list[Read], geometry: tuple[int, int, int], start: int, end: int
) -> tuple[Lessons, np.ndarray, float]:
    """Candles that closed after `start` and whose labels ended by `end`; their barriers; the share of time-outs."""
    take, stop, hours = geometry
    horizon_s = hours * 3600
    parts: list[Lessons] = []
    barriers, out = [], []
    for read in reads:
        series = store.series(read.market)
        unit = read.readings.volatility * np.sqrt(6.0) * 10_000
        pair = [
            np.clip(np.floor(unit * times), 1, most).astype(np.int64) for times, most in ((take, 65_535), (stop, 9_999))
        ]
        found = outcomes(series, read.at, *pair, horizon_s=horizon_s, interval_s=store.interval_s, before=end)
        closes = series.columns[0][read.at] + store.interval_s
        keep = (found != UNKNOWN) & (closes > start)
        features = np.stack(read.readings.features, axis=1)
        parts.append(Lessons(features, (found == REACHED).astype(np.int64), closes, closes + horizon_s).where(keep))
        barriers.append(np.stack(pair, axis=1)[keep])
        out.append((found == TIMED_OUT)[keep])
    order = np.argsort(np.concatenate([part.closes for part in parts]), kind="stable")
    joined = [np.concatenate([getattr(part, name) for part in parts])[order] for name in Lessons.__dataclass_fields__]
    return Lessons(*joined), np.concatenate(barriers)[order], float(np.concatenate(out).mean())


if __name__ == "__main__":
    sys.exit(main())
