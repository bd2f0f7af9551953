"""Write what the textbook library empyrical-reloaded says of some curves, for the tests to compare with.

The library pins a dependency that has no ready-made package, so it is no part of the checks' environment. For
maintainers:
`pip install empyrical-reloaded` into an environment of its own, then `python scripts/pin_ratios.py`.
"""

import json
from importlib.metadata import version
from pathlib import Path

import empyrical
import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "tests" / "readmodels" / "ratios.json"
RISING = [1.0, 1.01, 1.03, 1.02, 1.05, 1.04, 1.08]
YEAR = 365


def curve(seed: int, days: int) -> list[float]:
    """A random walk of a unit, seven decimals a step."""
    chance = np.random.default_rng(seed)
    return [1.0, *np.round(np.cumprod(1 + chance.normal(0.0005, 0.02, days)), 7).tolist()]


def ratios(units: list[float]) -> dict[str, float]:
    """The library's answers, 365 days a year, risk-free 0."""
    returns = np.diff(units) / units[:-1]
    return {
        "sharpe": float(empyrical.sharpe_ratio(returns, annualization=YEAR)),
        "sortino": float(empyrical.sortino_ratio(returns, annualization=YEAR)),
        "volatility": float(empyrical.annual_volatility(returns, annualization=YEAR)),
        "annual": float(empyrical.annual_return(returns, annualization=YEAR)),
        "compounded": float(empyrical.cum_returns_final(returns)),
        "drawdown": float(empyrical.max_drawdown(returns)),
    }


if __name__ == "__main__":
    curves = [RISING, curve(1, 30), curve(2, 365), curve(3, 1000)]
    pinned = {
        "library": f"empyrical-reloaded {version('empyrical-reloaded')}",
        "cases": [{"units": units, "ratios": ratios(units)} for units in curves],
    }
    TARGET.write_text(json.dumps(pinned) + "\n")
