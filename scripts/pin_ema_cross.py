"""Write what backtesting.py makes of the crossings that `ema_cross` trades, for a test to compare with.

It runs in an environment of its own that is made if it is not there (peer_bench.py).
`python scripts/pin_ema_cross.py --data DIR [--bench DIR]`, with candles of Binance in DIR.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from peer_bench import CHECKOUT, USUAL, ask_peer, peer_python

sys.path[:0] = [str(CHECKOUT / "backend"), str(CHECKOUT / "tests" / "backtest")]

from peer import CASES, our_run  # type: ignore[import-not-found]  # noqa: E402 - a folder of tests, not a package

from tradeseal.backtest.trades import traded  # noqa: E402 - found through the path above

TARGET = CHECKOUT / "tests" / "backtest" / "ema_cross_peer.json"
# Prices in units of 1e-8 and quantities as whole units: it takes whole numbers only.
PEER = """
import sys, json, warnings
import pandas as pd
from backtesting import Backtest, Strategy
import backtesting
warnings.simplefilter("ignore")
asked = json.load(sys.stdin)
df = pd.DataFrame(asked["candles"], columns=["time", "Open", "High", "Low", "Close", "Volume"])
df = df.set_index(pd.to_datetime(df.pop("time"), unit="s")) / 1e16
sizes = {int(at): size for at, size in asked["sizes"].items()}
def ema(x, n): return pd.Series(x).ewm(span=n, adjust=False).mean().values
class Cross(Strategy):
    def init(self):
        self.f, self.s = self.I(ema, self.data.Close, 10), self.I(ema, self.data.Close, 20)
    def next(self):
        at = int(self.data.index[-1].timestamp())
        if at + 3600 <= asked["start"]: return
        if self.f[-1] > self.s[-1] and self.f[-2] <= self.s[-2] and not self.position:
            self.buy(size=sizes.get(at + 3600, 10 ** 5))
        elif self.f[-1] <= self.s[-1] and self.f[-2] > self.s[-2]: self.position.close()
told = Backtest(df, Cross, cash=asked["cash"], commission=.001).run()
t, e = told["_trades"], told["_equity_curve"]["Equity"]
seconds = lambda one: one.astype("datetime64[s]").astype("int64").tolist()
print(json.dumps({
    "version": backtesting.__version__,
    "trades": [list(row) for row in zip(seconds(t.EntryTime), seconds(t.ExitTime), t.Size.tolist(),
        (t.EntryPrice * 1e16).round().astype("int64").tolist(), (t.ExitPrice * 1e16).round().astype("int64").tolist(),
        t.PnL.round(8).tolist(), strict=True)],
    "equity": [[at, round(v, 8)] for at, v in zip(seconds(e.index), e.tolist()) if at % 86400 == 82800],
    "final": told["Equity Final [$]"], "max_drawdown": told["Max. Drawdown [%]"] / 100,
    "win_rate": told["Win Rate [%]"] / 100,
}))
"""


def main() -> int:
    """Both markets, one after the other."""
    options = _options()
    python = peer_python(options.bench)
    found: dict[str, Any] = {}
    for case in CASES:
        finished = our_run(options.data, case)
        sizes = {t.observed_at: t.quantity_e8 for t in traded(finished.events).trades if t.side == 1}
        series = finished.store.series(finished.plan.markets[0])
        end = finished.plan.end
        asked = {
            "candles": [row for row in series.table.tolist() if row[0] < end], "sizes": sizes,
            "start": finished.plan.start, "cash": finished.plan.cash_e8 / 1e8,
        }  # fmt: skip
        found[case] = ask_peer(python, PEER, told=json.dumps(asked))
    TARGET.write_text(json.dumps({"cases": found}) + "\n")
    print(TARGET.name, {name: len(one["trades"]) for name, one in found.items()})
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=CHECKOUT.parent / "shared" / "market-data")
    parser.add_argument("--bench", type=Path, default=USUAL, help="the environment, made if it is not there")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
