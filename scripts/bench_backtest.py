"""Measure: 100,000 one-minute bars of `ema_cross`, the contract deciding every order, beside backtesting.py.

`python scripts/bench_backtest.py` measures both: the peer in an environment of its own, `.bench`, which is made when it
is not there (requirements-bench.in); without `../shared` the candles are synthetic. The confidence is assumed to be
0.99 and the barriers lie far out, so that crossings alone trade. Same candles, 10/20 averages; the peer's fills are at
the next open with the same fee and no spread, and it knows no contract. Figures of a loaded machine are of that load.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from peer_bench import USUAL, ask_peer, peer_python
from tradeseal.backtest.run import run
from tradeseal.backtest.trades import traded
from tradeseal.kernel.money import SCALE
from tradeseal.market.published import WINDOW, CandleStore, Series, load_folder
from tradeseal.market.synthetic import synthetic
from tradeseal.signals.published import Calibrator, find_strategy

PEER = """
import sys, time, json
import pandas as pd, pyarrow.parquet as pq
from backtesting import Backtest, Strategy
t = pq.read_table(sys.argv[1]).to_pandas()
names = {"open": "Open", "high": "High", "low": "Low", "close": "Close", "volume": "Volume"}
df = t.rename(columns=names).set_index(pd.to_datetime(t.time.values, unit="s"))[list(names.values())]
def ema(x, n): return pd.Series(x).ewm(span=n, adjust=False).mean().values
class Cross(Strategy):
    def init(self):
        self.f, self.s = self.I(ema, self.data.Close, 10), self.I(ema, self.data.Close, 20)
    def next(self):
        if self.f[-1] > self.s[-1] and self.f[-2] <= self.s[-2]: self.buy(size=.15)
        elif self.f[-1] <= self.s[-1] and self.f[-2] > self.s[-2]: self.position.close()
began, cpu = time.time(), time.process_time()
told = Backtest(df, Cross, cash=1e7, commission=.001).run()
spent = {"seconds": time.time() - began, "cpu_seconds": time.process_time() - cpu}
print(json.dumps({**spent, "trades": int(told["# Trades"])}))
"""


def main() -> int:
    """Both, one after the other."""
    options = _options()
    store = _candles(options.data, options.bars)
    series = store.series("BTC-USDT")
    far = {"take_profit_volatilities": 30, "stop_loss_volatilities": 60, "horizon_bars": 10_000}
    strategy = find_strategy("ema_cross", far)
    assumed = Calibrator.assumed(9_900, strategy.name, strategy.code_hash.hex())
    start = int(series.table[WINDOW, 0])
    began, cpu = time.time(), time.process_time()
    finished = run(strategy, assumed, store, start=start, end=store.last_close, cash_e8=10_000 * SCALE)
    seconds, cpu_seconds = time.time() - began, time.process_time() - cpu
    found = traded(finished.events)
    told: dict[str, Any] = {
        "candles": store.exchange,
        "bars": len(finished.grid),
        "load": os.getloadavg()[0],
        "tradeseal": {
            "bars_per_second": round(len(finished.grid) / seconds),
            "bars_per_cpu_second": round(len(finished.grid) / cpu_seconds),
            "trades": len(found.sales),
            "contract_calls": finished.blocks,
            "rejections_by_rule": dict(found.rejected_by_rule),
            "record_head": finished.record_head,
        },
    }
    if not options.alone:
        told["backtesting.py"] = _peer(options.peer or peer_python(options.bench), series)
    print(json.dumps(told, indent=1))
    return 0


def _candles(folder: Path, bars: int) -> CandleStore:
    """A window of history and so many one-minute bars: real ones of 2022, or invented ones."""
    if not folder.is_dir():
        return synthetic(markets=1, bars=bars + WINDOW, interval_s=60)
    whole, _ = load_folder(folder, "binanceusdm", "1m", ["BTC"])
    cut = Series("BTC-USDT", whole.series("BTC-USDT").table[: bars + WINDOW])
    return CandleStore([cut], interval_s=60, exchange="binanceusdm")


def _peer(python: Path, series: Series) -> dict[str, Any]:
    """The same bars through backtesting.py, in a process and an environment of its own."""
    names = ("time", "open", "high", "low", "close", "volume")
    rows = series.table[WINDOW:]
    columns = {name: rows[:, at] if name == "time" else rows[:, at] / SCALE for at, name in enumerate(names)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candles.parquet"
        pq.write_table(pa.table(columns), path)
        peer = ask_peer(python, PEER, str(path))
    return {
        "bars_per_second": round(len(rows) / peer["seconds"]),
        "bars_per_cpu_second": round(len(rows) / peer["cpu_seconds"]),
        "trades": peer["trades"],
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    shared = Path(__file__).resolve().parent.parent.parent / "shared" / "market-data"
    parser.add_argument("--data", type=Path, default=shared)
    parser.add_argument("--bars", type=int, default=100_000)
    parser.add_argument("--peer", type=Path, help="a Python in which backtesting.py is installed, instead of --bench")
    parser.add_argument("--bench", type=Path, default=USUAL, help="the peer's environment, made if it is not there")
    parser.add_argument("--alone", action="store_true", help="without the peer")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
