"""Where live skill has gone only the base rate is said; calibrators follow each other from closed candles alone."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tradeseal.kernel.clock import parse_span
from tradeseal.kernel.errors import Refused
from tradeseal.market.published import CandleStore, Series
from tradeseal.signals.fitting import ISOTONIC_POINTS, Lessons, Unseen, knots_of, points_of
from tradeseal.signals.published import (
    NEVER,
    Calibrator,
    Opinion,
    Revision,
    Schedule,
    SignalEngine,
    Succession,
    TechnicalStrategy,
)
from tradeseal.signals.standing import Lived

HOUR, DAY = 3600, 86_400
HORIZON = 72 * HOUR
SPAN = 60 * DAY


def mirrored(calibrator: Calibrator) -> Calibrator:
    """Says the opposite of what it has learned, and four times as loudly: its skill is below nothing."""
    weights = tuple(-4 * weight for weight in calibrator.weights)
    return replace(calibrator, weights=weights)


def a_succession(
    engine: SignalEngine, store: CandleStore, schedule: Schedule, **options: Any
) -> tuple[SignalEngine, Succession]:
    """A run of sixty days by an engine of its own."""
    start = options.pop("start", store.default_start)
    mine = SignalEngine(engine.strategy, options.pop("first", engine.calibrator))
    end = min(start + SPAN, store.last_close)
    opinions = mine.precompute(store, store.markets, start, end)
    mine.succession = Succession(
        mine.calibrator,
        engine.strategy,  # type: ignore[arg-type]
        store,
        start,
        schedule,
        read=opinions.read,  # type: ignore[arg-type]
        **options,
    )
    return mine, mine.succession


def short(revisions: Sequence[Revision], start: int) -> list[tuple[int, str, bool]]:
    return [((one.holds_from - start) // DAY, one.reason, one.calibrator.shrunk) for one in revisions]


def test_while_skill_lasts_the_first_calibrator_stays(store: CandleStore, engine: SignalEngine) -> None:
    _, succession = a_succession(engine, store, Schedule())

    assert succession.revision_at(store.default_start + SPAN) is None


def test_where_the_interval_of_live_skill_lies_below_zero_confidence_is_the_base_rate(
    store: CandleStore, engine: SignalEngine
) -> None:
    start = store.default_start
    mine, succession = a_succession(engine, store, Schedule(), first=mirrored(engine.calibrator))

    revisions = succession.revisions_until(start + SPAN)

    gone = revisions[0]
    assert gone.reason == "SKILL_GONE"
    assert gone.standing is not None
    assert gone.standing.high < 0
    assert gone.calibrator.hash != mine.calibrator.hash == gone.previous
    base = mine.calibrator.base_rate_bps
    for market in store.markets:
        before, after = (
            mine.opinion(store.window(market, close)) for close in (gone.holds_from - HOUR, gone.holds_from)
        )
        assert isinstance(before, Opinion)
        assert isinstance(after, Opinion)
        assert (before.confidence_bps != base, after.confidence_bps) == (True, base)


def test_too_few_labels_are_no_reason_to_doubt(store: CandleStore, engine: SignalEngine) -> None:
    _, succession = a_succession(engine, store, Schedule(watch_bars=24), first=mirrored(engine.calibrator))

    first = succession.revisions_until(store.default_start + SPAN)[0]

    # Ten blocks, the outer two perhaps in part, and the horizon that the newest label takes.
    assert store.default_start + 9 * HORIZON <= first.holds_from <= store.default_start + 12 * HORIZON


def test_what_was_shrunk_speaks_again_when_the_interval_no_longer_lies_below_zero(engine: SignalEngine) -> None:
    calibrator = engine.calibrator
    count = 2_000
    closes = HOUR * np.arange(count, dtype=np.int64)
    chance = np.random.Generator(np.random.PCG64(3))
    features = chance.standard_normal((count, len(calibrator.features)))
    said = calibrator.probability(list(features.T))
    worst, best = (said < np.median(said)), (said >= np.median(said))
    reached = np.where(np.arange(count) < count // 2, worst, best).astype(np.int64)
    lived = Lived(Lessons(features, reached, closes, closes + HORIZON), HORIZON, calibrator)

    early, late = (lived.standing(moment * HOUR) for moment in (count // 2, count))

    assert early is not None
    assert late is not None
    assert (early.gone, late.gone) == (True, False)
    assert lived.standing(9 * HORIZON) is None


def test_a_calibrator_is_fitted_again_on_what_was_over_by_then(store: CandleStore, engine: SignalEngine) -> None:
    start, seen = store.default_start, []
    schedule = Schedule(retrain_s=parse_span("20d"))
    mine, succession = a_succession(engine, store, schedule, revised=seen.append)

    revisions = succession.revisions_until(start + 50 * DAY)

    assert short(revisions, start) == [(20, "RETRAINED", False), (40, "RETRAINED", False)]
    assert seen == list(revisions)
    assert [one.calibrator.origin.before for one in revisions] == [start + 20 * DAY, start + 40 * DAY]
    hashes = [mine.calibrator.hash, *(one.calibrator.hash for one in revisions)]
    assert len(set(hashes)) == 3
    assert [one.previous for one in revisions] == hashes[:2]
    assert succession.at(start + 20 * DAY - HOUR) is mine.calibrator
    assert succession.at(start + 20 * DAY) is revisions[0].calibrator


def test_candles_that_close_later_do_not_change_any_calibrator(store: CandleStore, engine: SignalEngine) -> None:
    start = store.default_start
    until = start + 41 * DAY
    cut = CandleStore(
        [Series(m, store.series(m).table[: store.closed(m, until)].copy()) for m in store.markets],
        interval_s=store.interval_s,
        exchange=store.exchange,
    )
    schedule = Schedule(retrain_s=parse_span("20d"))
    for first in (engine.calibrator, mirrored(engine.calibrator)):
        whole, truncated = (
            a_succession(engine, one, schedule, first=first, start=start)[1].revisions_until(until)
            for one in (store, cut)
        )
        assert [one.calibrator.hash for one in whole] == [one.calibrator.hash for one in truncated] != []


def test_asking_late_or_after_a_restart_gives_the_same_calibrators(store: CandleStore, engine: SignalEngine) -> None:
    start, schedule = store.default_start, Schedule(retrain_s=parse_span("20d"))
    step_by_step, at_once = (a_succession(engine, store, schedule)[1] for _ in range(2))
    for close in range(start, start + SPAN, 5 * HOUR):
        step_by_step.at(close)
    kept = {one.calibrator.origin.before: one.calibrator for one in step_by_step.revisions_until(start + SPAN)}

    restarted = a_succession(engine, store, schedule, kept=kept)[1]

    told = [one.to_json() for one in step_by_step.revisions_until(start + SPAN)]
    assert told == [one.to_json() for one in at_once.revisions_until(start + SPAN)] != []
    assert told == [one.to_json() for one in restarted.revisions_until(start + SPAN)]


def test_a_batch_says_what_each_window_alone_says_across_a_revision(store: CandleStore, engine: SignalEngine) -> None:
    start = store.default_start
    mine, succession = a_succession(engine, store, Schedule(), first=mirrored(engine.calibrator))
    gone = succession.revisions_until(start + SPAN)[0]
    opinions = mine.precompute(store, ["BTC-USDT"], gone.holds_from - 2 * HOUR, gone.holds_from + 2 * HOUR)
    closes, readings = opinions.read()["BTC-USDT"]

    said, base = succession.said(closes, readings.features)

    alone = [opinions.opinion("BTC-USDT", close) for close in closes.tolist()]
    assert said.tolist() == [one.confidence_bps for one in alone if isinstance(one, Opinion)]
    assert base.tolist() == [one.base_rate_bps for one in alone if isinstance(one, Opinion)]
    assert all(one == mine.opinion(store.window("BTC-USDT", close)) for one, close in zip(alone, closes, strict=True))


def test_without_a_schedule_nothing_changes(store: CandleStore, engine: SignalEngine) -> None:
    _, succession = a_succession(engine, store, NEVER, first=mirrored(engine.calibrator))
    assumed = Calibrator.assumed(9_900, "technical", "00")
    _, of_assumed = a_succession(engine, store, Schedule(), first=assumed)

    assert succession.revision_at(store.default_start + SPAN) is None
    assert of_assumed.revision_at(store.default_start + SPAN) is None


@pytest.mark.parametrize("text", ["30", "d", "0d", "-3d", "30w", "1.5d", "20000d"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_span(text)
    assert refusal.value.code == "NOT_A_SPAN"
    assert (parse_span("30d"), parse_span("12h"), parse_span("never")) == (30 * DAY, 12 * HOUR, 0)


# Platt below a thousand points, isotonic from a thousand on.


def some_unseen(rows: int) -> Unseen:
    chance = np.random.Generator(np.random.PCG64(11))
    guess = chance.standard_normal(rows) * 0.5 + 0.5
    truth = (chance.random(rows) < 1 / (1 + np.exp(-guess))).astype(np.int64)
    return Unseen(guess, np.full(rows, 0.6), truth)


def test_the_map_is_platts_at_999_points_and_isotonic_at_1000() -> None:
    rows = 24 * ISOTONIC_POINTS  # every third candle of a horizon of 72

    assert (points_of(rows - 1, 72), points_of(rows, 72)) == (999, 1_000)
    assert knots_of(some_unseen(rows - 1), 0.6, 1.0, 72) == ()
    knots = knots_of(some_unseen(rows), 0.6, 1.0, 72)
    assert len(knots) == 10
    assert all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(knots))


def test_that_later_years_came_out_better_is_no_skill() -> None:
    """The base rate stays the fixed point: the map's mean is the base rate, whatever the truth's mean was."""
    unseen = some_unseen(24_000)
    better = Unseen(unseen.guess, unseen.base, np.maximum(unseen.truth, (np.arange(24_000) % 5 == 0).astype(np.int64)))
    lead = unseen.lead

    for one in (unseen, better):
        knots = knots_of(one, 0.64, 1.0, 72)
        said = 1 / (1 + np.exp(-(np.log(0.64 / 0.36) + lead)))
        assert np.interp(said, *zip(*knots, strict=True)).mean() == pytest.approx(0.64, abs=0.01)


def test_an_isotonic_calibrator_says_what_scikit_learn_says_and_survives_storage(engine: SignalEngine) -> None:
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - slow to import, needed once

    knots = knots_of(some_unseen(24_000), 0.6, 1.0, 72)
    xs, ys = (list(column) for column in zip(*knots, strict=True))
    theirs = IsotonicRegression(out_of_bounds="clip").fit(xs, ys)
    ours = replace(engine.calibrator, knots=knots)
    features = [np.linspace(-3, 3, 501) for _ in ours.features]
    plain = engine.calibrator.probability(features)

    assert ours.probability(features) == pytest.approx(theirs.predict(plain), abs=1e-12)
    assert (ours.method, engine.calibrator.method) == ("isotonic", "platt")
    read = Calibrator.from_json(ours.to_json())
    assert (read, read.hash) == (ours, ours.hash)
    assert ours.hash != engine.calibrator.hash
    one_by_one = np.concatenate([ours.probability([values[n : n + 1] for values in features]) for n in range(501)])
    assert one_by_one.tobytes() == ours.probability(features).tobytes()


def test_the_format_of_a_calibrator_without_either_is_the_old_one(engine: SignalEngine) -> None:
    told = engine.calibrator.to_json()

    assert told["format"] == "tradeseal/calibrator/1"
    assert not {"knots", "standing"} & told.keys()
    assert TechnicalStrategy().name == told["origin"]["strategy"]
