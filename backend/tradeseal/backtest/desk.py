"""The desk: what a person asks of back-tests, from candles on disk to a stored run.

Knows where candles, strategies and runs come from and go to. Knows nothing of terminals or HTTP.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tradeseal.backtest.bias import BiasReport, check_lookahead, check_warmup
from tradeseal.backtest.report import Report, report_of
from tradeseal.backtest.run import USUAL, Progress, no_progress, run
from tradeseal.backtest.store import MANIFEST, RunStore, export, refuse_taken
from tradeseal.chain.risk_book import BookLimits
from tradeseal.kernel.clock import iso_utc, parse_utc
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import SCALE, format_e8, to_e8
from tradeseal.market.published import (
    WINDOW,
    CandleStore,
    DataReport,
    ReplayFeed,
    interval_name,
    load_folder,
    synthetic_of,
)
from tradeseal.signals.published import (
    BPS,
    WATCHED,
    Calibrator,
    Schedule,
    ScoredStrategy,
    Walked,
    find_strategy,
    fit_calibrator,
    learn,
    walk_forward_scores,
)
from tradeseal.trading.terms import Terms

FITTED = "fitted before the start"
CASH_MOST_E8: Final = 10**12 * SCALE
FEE_MOST_BPS: Final = 1_000


@dataclass(frozen=True)
class Asked:
    """A back-test as a person asks for it."""

    strategy: str = "technical"
    params: Mapping[str, int] = field(default_factory=dict)
    data: Path | None = None
    exchange: str = "binance"
    interval: str = "1h"
    markets: Sequence[str] = ()
    start: int | None = None
    end: int | None = None
    cash_e8: int = 10_000 * SCALE
    strategies: Path | None = None  # a folder of plug-ins
    assume_bps: int | None = None  # a confidence to assume instead of fitting one
    schedule: Schedule = WATCHED  # how often live skill is looked at, and the calibrator fitted again
    out: Path | None = None
    force: bool = False  # whether the run that lies in `out` may be replaced
    terms: Terms = Terms()  # noqa: RUF009 - frozen
    limits: BookLimits = USUAL


@dataclass(frozen=True)
class Ready:
    """Candles, strategy and calibrator, loaded and fitted."""

    store: CandleStore
    data: DataReport
    strategy: ScoredStrategy
    calibrator: Calibrator
    start: int
    end: int
    confidence: str


def open_candles(asked: Asked) -> tuple[CandleStore, DataReport]:
    """The candles that were asked for."""
    if asked.data is None:
        return synthetic_of(asked.interval, asked.markets), DataReport()
    return load_folder(asked.data, asked.exchange, asked.interval, list(asked.markets) or None)


def prepare(asked: Asked, progress: Progress = no_progress) -> Ready:
    """Load, learn and fit; nothing after the start is looked at."""
    strategy = find_strategy(asked.strategy, asked.params, asked.strategies)
    progress("LOADING", 0, 0)
    store, data = open_candles(asked)
    asked.terms.refuse_unknown(store.markets)
    start = store.default_start if asked.start is None else asked.start
    end = store.last_close if asked.end is None else asked.end
    if all(store.closed(market, end) < WINDOW for market in store.markets):
        raise Refused("NOT_ENOUGH_HISTORY", f"A signal needs {WINDOW} closed candles.", limit=WINDOW)
    if end <= start or not len(ReplayFeed(store, start, end)):
        there = f"the candles are of {iso_utc(store.first_open)} to {iso_utc(store.last_close)}"
        raise Refused("NO_CANDLES", f"No candle lies between --from and --to: {there}.",
                      start=iso_utc(start), end=iso_utc(end))  # fmt: skip
    progress("FITTING", 0, 0)
    strategy = learn(store, store.markets, start, strategy)
    if asked.assume_bps is not None:
        calibrator = Calibrator.assumed(asked.assume_bps, strategy.name, strategy.code_hash.hex())
        return Ready(store, data, strategy, calibrator, start, end, f"assumed {asked.assume_bps / BPS:.4f}")
    calibrator = fit_calibrator(store, store.markets, start, strategy)
    return Ready(store, data, strategy, calibrator, start, end, FITTED)


def backtest(asked: Asked, home: Path, progress: Progress = no_progress) -> tuple[Report, Path]:
    """Run, report and store; the report and the folder it lies in."""
    if asked.out is not None:
        refuse_taken(asked.out, replace=asked.force)
    ready, runs = prepare(asked, progress), RunStore(home)
    runs.open()
    finished = run(
        ready.strategy, ready.calibrator, ready.store, start=ready.start, end=ready.end, cash_e8=asked.cash_e8,
        schedule=asked.schedule, confidence=ready.confidence, terms=asked.terms, limits=asked.limits, progress=progress,
    )  # fmt: skip
    progress("REPORTING", len(finished.grid), len(finished.grid))
    told = {"data": ready.data.to_json()}
    folder, report = runs.keep(finished, lambda tried: {**report_of(finished, tried), **told})
    if asked.out is not None:
        export(folder, asked.out, replace=asked.force)
    return report, folder


def checks(asked: Asked, *, lookahead: bool, warmup: bool, progress: Progress = no_progress) -> list[BiasReport]:
    """The bias checks that were asked for."""
    ready = prepare(asked, progress)
    place = (ready.strategy, ready.calibrator, ready.store, ready.start, ready.end)
    progress("CHECKING", 0, 0)
    found = [check_lookahead(*place)] if lookahead else []
    return found + ([check_warmup(*place)] if warmup else [])


def walk(asked: Asked, progress: Progress = no_progress) -> Walked:
    """Quarterly refits of a strategy's confidence, each scored on the quarter after it."""
    strategy = find_strategy(asked.strategy, asked.params, asked.strategies)
    progress("LOADING", 0, 0)
    store, _ = open_candles(asked)
    start = (
        store.default_start if asked.start is None else max(asked.start, store.first_open + WINDOW * store.interval_s)
    )
    end = store.last_close if asked.end is None else min(asked.end, store.last_close)
    if end <= start:
        raise Refused("NO_CANDLES", "No candle lies between --from and --to.", start=iso_utc(start), end=iso_utc(end))
    return walk_forward_scores(store, strategy, start, end, progress=progress)


def asked_again(manifest_file: Path, data: Path | None, strategies: Path | None = None) -> Asked:
    """The question that a stored manifest is the answer to, on candles that the person names."""
    try:
        plan: Mapping[str, Any] = json.loads(manifest_file.read_text())["plan"]
        assumed = str(plan["confidence"]).removeprefix("assumed ")
        return Asked(
            strategy=plan["strategy"],
            params=plan["params"],
            data=data,
            exchange=plan["data_label"],
            interval=interval_name(plan["interval_s"]),
            markets=tuple(plan["markets"]),
            start=plan["start"],
            end=plan["end"],
            cash_e8=int(plan["cash_e8"]),
            strategies=strategies,
            terms=Terms.read(plan.get("venue", {})),
            limits=replace(USUAL, **plan.get("limits", {})),
            schedule=Schedule.from_json(plan.get("schedule")),
            assume_bps=None if plan["confidence"] == FITTED else round(float(assumed) * BPS),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("BAD_MANIFEST", f"{manifest_file} is no manifest of a back-test.", cause=repr(error)) from error


def refuse_difference(manifest_file: Path, folder: Path) -> None:
    """Raise `Refused` where a run that was made again is not the manifest's, to the last bit."""
    told, now = (json.loads(path.read_text()) for path in (manifest_file, folder / MANIFEST))
    if (told["id"], told["result"]) != (now["id"], now["result"]):
        raise Refused(
            "NOT_REPRODUCED",
            "The manifest's run came out differently: other candles, code or contracts.",
            got=now["result"],
            want=told["result"],
        )


def refuse_cash(cash_e8: int) -> None:
    """Raise `Refused` where no book could be opened with it."""
    if not 0 < cash_e8 <= CASH_MOST_E8:
        raise Refused(
            "BAD_CASH", f"A book begins with more than nothing and at most {CASH_MOST_E8 // SCALE:,}.",
            got=format_e8(cash_e8), limit=format_e8(CASH_MOST_E8),
        )  # fmt: skip


def fee_bps_of(text: str) -> int:
    """A share of each fill, `0.001`, as the contract keeps it: whole basis points, at most a tenth."""
    bps, rest = divmod(to_e8(text) * BPS, SCALE)
    if rest or not 0 <= bps <= FEE_MOST_BPS:
        raise Refused(
            "BAD_FEE", "The contract takes a fee in whole basis points from 0 to 0.1: for example 0.001.", got=text
        )
    return bps


def prepare_question(asked: Asked, wish: Mapping[str, Any]) -> Asked:
    """The wish of somebody who may choose strategy, parameters, markets and span, on the candles of `asked`.

    Refuses at once what cannot be run, before anything is begun.
    """
    chosen = replace(
        asked,
        strategy=wish.get("strategy") or asked.strategy,
        params=dict(wish.get("params") or {}),
        markets=tuple(wish.get("markets") or asked.markets),
        start=asked.start if wish.get("from") is None else parse_utc(wish["from"]),
        end=asked.end if wish.get("to") is None else parse_utc(wish["to"]),
        cash_e8=asked.cash_e8 if wish.get("cash") is None else to_e8(wish["cash"]),
        limits=asked.limits if wish.get("fee") is None else replace(asked.limits, fee_bps=fee_bps_of(wish["fee"])),
        assume_bps=wish.get("assume_confidence_bps"),
        terms=asked.terms.among(wish["markets"]) if wish.get("markets") else asked.terms,
    )
    refuse_cash(chosen.cash_e8)
    if chosen.start is not None and chosen.end is not None and chosen.end <= chosen.start:
        raise Refused("NO_CANDLES", "The end lies before the beginning.", got=wish["to"])
    find_strategy(chosen.strategy, chosen.params, chosen.strategies)
    return chosen
