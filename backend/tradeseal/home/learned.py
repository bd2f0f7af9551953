"""Learned: what a home trades by, its strategy, that strategy's model and the calibrator, fitted once and kept.

Knows three JSON files in the home, and a folder with one more for each calibrator that took another's place. Knows
nothing of how anything is fitted.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tradeseal.home.manifest import write_json
from tradeseal.kernel.errors import Refused
from tradeseal.market.published import CandleStore
from tradeseal.signals.published import (
    NEVER,
    Calibrator,
    Revision,
    Schedule,
    ScoredStrategy,
    find_strategy,
    fit_calibrator,
    learn,
)

STRATEGY, MODEL, CALIBRATOR = "strategy.json", "model.json", "calibrator.json"
VERSIONS = "calibrators"
FIRST = "technical"  # what homes trade by that were begun before there were others


@dataclass(frozen=True)
class Learned:
    """A strategy and the calibrator that was fitted for it."""

    strategy: ScoredStrategy
    calibrator: Calibrator
    schedule: Schedule = NEVER


def open_learned(
    home: Path,
    name: str,
    plugins: Path | None,
    store: CandleStore,
    start: int,
    *,
    began: bool,
    retrain_s: int | None = None,
) -> Learned:
    """What the home trades by: what it began with, or fitted now on candles before the start."""
    if began and (home / CALIBRATOR).exists():
        return _kept(home, name, plugins, retrain_s)
    strategy = learn(store, store.markets, start, find_strategy(name, folder=plugins))
    schedule = Schedule(retrain_s=retrain_s or 0)
    return Learned(strategy, fit_calibrator(store, store.markets, start, strategy), schedule)


def open_committed(home: Path, plugins: Path | None) -> Learned:
    """What the home's signals were made by, with the strategy as it is now, whatever it has become since."""
    return _kept(home, FIRST, plugins, None, as_it_was=False)


def keep_learned(home: Path, learned: Learned) -> None:
    """Write what a new home trades by."""
    strategy = learned.strategy
    began_with = {"name": strategy.name, "params": dict(strategy.params), "schedule": learned.schedule.to_json()}
    write_json(home / STRATEGY, began_with)
    if strategy.learned:
        write_json(home / MODEL, json.loads(strategy.learned))
    write_json(home / CALIBRATOR, learned.calibrator.to_json())


def keep_revision(home: Path, revision: Revision) -> None:
    """Write a calibrator that took another's place, as a file of its own that nothing changes any more."""
    folder = home / VERSIONS
    folder.mkdir(exist_ok=True)
    write_json(folder / revision.file_name, revision.to_json())


def kept_fits(home: Path) -> dict[int, Calibrator]:
    """The calibrators that were fitted again, by the time before which; what is shrunk is kept as it was fitted."""
    fits = {}
    for path in sorted((home / VERSIONS).glob("calibrator-*.json")):
        told, calibrator = _read(path, lambda kept: (str(kept["hash"]), Calibrator.from_json(kept["calibrator"])))
        if calibrator.hash.hex() != told:
            raise _unreadable(path, "its hash is another one")
        fits[calibrator.origin.before] = replace(calibrator, standing=None)
    return fits


def _kept(home: Path, name: str, plugins: Path | None, retrain_s: int | None, *, as_it_was: bool = True) -> Learned:
    calibrator = _read(home / CALIBRATOR, Calibrator.from_json)
    began_with, schedule = FIRST, NEVER
    if (home / STRATEGY).exists():
        began_with, schedule = _read(
            home / STRATEGY, lambda kept: (str(kept["name"]), Schedule.from_json(kept.get("schedule")))
        )
    if retrain_s is not None and retrain_s != schedule.retrain_s:
        raise Refused(
            "OTHER_SCHEDULE",
            f"{home} fits its calibrator every {schedule.retrain_s} seconds of its data (0: never), as it began; "
            "leave --retrain out, or choose another folder with --home.",
            began_with=schedule.retrain_s,
            got=retrain_s,
        )
    if name not in (FIRST, began_with):
        raise _other(home, began_with, name)
    strategy = find_strategy(began_with, folder=plugins)
    if (home / MODEL).exists():
        strategy = _read(home / MODEL, strategy.with_model)
    if as_it_was and calibrator.origin.strategy_hash != strategy.code_hash.hex():
        raise _other(home, calibrator.origin.strategy_hash, strategy.code_hash.hex())
    return Learned(strategy, calibrator, schedule)


def _read(path: Path, reader: Any) -> Any:
    try:
        return reader(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, repr(error)) from error


def _unreadable(path: Path, cause: str) -> Refused:
    return Refused(
        f"{path.stem.partition('-')[0].upper()}_UNREADABLE",
        f"{path} does not read. Restore it from a backup; delete it to fit it again from the same candles.",
        cause=cause,
    )


def _other(home: Path, began_with: str, got: str) -> Refused:
    return Refused(
        "OTHER_STRATEGY",
        f"{home} was begun with another strategy, or another version of it; choose another folder with --home.",
        began_with=began_with,
        got=got,
    )
