"""Learned: what a home trades by, its strategy, that strategy's model and the calibrator, fitted once and kept.

Knows three JSON files in the home. Knows nothing of how anything is fitted.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradeseal.home.manifest import write_json
from tradeseal.kernel.errors import Refused
from tradeseal.market.published import CandleStore
from tradeseal.signals.published import Calibrator, ScoredStrategy, find_strategy, fit_calibrator, learn

STRATEGY, MODEL, CALIBRATOR = "strategy.json", "model.json", "calibrator.json"
FIRST = "technical"  # what homes trade by that were begun before there were others


@dataclass(frozen=True)
class Learned:
    """A strategy and the calibrator that was fitted for it."""

    strategy: ScoredStrategy
    calibrator: Calibrator


def open_learned(
    home: Path, name: str, plugins: Path | None, store: CandleStore, start: int, *, began: bool
) -> Learned:
    """What the home trades by: what it began with, or fitted now on candles before the start."""
    if began and (home / CALIBRATOR).exists():
        return _kept(home, name, plugins)
    strategy = learn(store, store.markets, start, find_strategy(name, folder=plugins))
    return Learned(strategy, fit_calibrator(store, store.markets, start, strategy))


def keep_learned(home: Path, learned: Learned) -> None:
    """Write what a new home trades by."""
    strategy = learned.strategy
    write_json(home / STRATEGY, {"name": strategy.name, "params": dict(strategy.params)})
    if strategy.learned:
        write_json(home / MODEL, json.loads(strategy.learned))
    write_json(home / CALIBRATOR, learned.calibrator.to_json())


def _kept(home: Path, name: str, plugins: Path | None) -> Learned:
    calibrator = _read(home / CALIBRATOR, Calibrator.from_json)
    began_with = _read(home / STRATEGY, lambda kept: str(kept["name"])) if (home / STRATEGY).exists() else FIRST
    if name not in (FIRST, began_with):
        raise _other(home, began_with, name)
    strategy = find_strategy(began_with, folder=plugins)
    if (home / MODEL).exists():
        strategy = _read(home / MODEL, strategy.with_model)
    if calibrator.origin.strategy_hash != strategy.code_hash.hex():
        raise _other(home, calibrator.origin.strategy_hash, strategy.code_hash.hex())
    return Learned(strategy, calibrator)


def _read(path: Path, reader: Any) -> Any:
    try:
        return reader(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"{path.stem.upper()}_UNREADABLE",
            f"{path} does not read. Restore it from a backup; delete it to fit it again from the same candles.",
            cause=repr(error),
        ) from error


def _other(home: Path, began_with: str, got: str) -> Refused:
    return Refused(
        "OTHER_STRATEGY",
        f"{home} was begun with another strategy, or another version of it; choose another folder with --home.",
        began_with=began_with,
        got=got,
    )
