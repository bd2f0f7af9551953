"""Walk-forward with a strategy that learns: each span has a model of its own, made of what was over before it began."""

from typing import Any

import pytest

from tradeseal.kernel.clock import parse_utc
from tradeseal.kernel.errors import Refused
from tradeseal.market.published import CandleStore, Series
from tradeseal.signals import walkforward
from tradeseal.signals.fitting import Lessons
from tradeseal.signals.published import find_strategy
from tradeseal.signals.walkforward import walk_forward_scores

pytestmark = pytest.mark.slow
DAY = 86_400
SPAN = 40 * DAY
START = parse_utc("2024-08-20T00:00Z")
LEARNER = find_strategy("gradient_boosting", {"trees": 5, "leaves": 4})


@pytest.fixture(scope="module")
def two(store: CandleStore) -> CandleStore:
    return CandleStore([store.series(market) for market in store.markets[:2]], interval_s=3_600, exchange="synthetic")


def until(store: CandleStore, end: int) -> CandleStore:
    """The same candles, as if nothing after `end` had happened yet."""
    cut = [Series(m, store.series(m).table[store.series(m).table[:, 0] < end]) for m in store.markets]
    return CandleStore(cut, interval_s=store.interval_s, exchange=store.exchange)


def test_every_span_is_scored_by_a_model_and_a_calibrator_that_have_seen_nothing_of_it(
    two: CandleStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    models: list[tuple[int, Any]] = []
    taught: list[tuple[int, Lessons, int]] = []
    learn, calibrator_of = walkforward.learn, walkforward.calibrator_of

    def learned(store: Any, markets: Any, before: int, strategy: Any) -> Any:
        models.append((before, learn(store, markets, before, strategy)))
        return models[-1][1]

    def fitted(known: Lessons, able: Any, identity: str, markets: Any, before: int) -> Any:
        taught.append((before, known, able.learned_until))
        return calibrator_of(known, able, identity, markets, before)

    monkeypatch.setattr(walkforward, "learn", learned)
    monkeypatch.setattr(walkforward, "calibrator_of", fitted)
    walked = walk_forward_scores(two, LEARNER, START, START + 3 * SPAN, SPAN)

    assert [fold.begin[:10] for fold in walked.folds] == ["2024-08-20", "2024-09-29", "2024-11-08"]
    assert [before for before, _ in models] == [before for before, *_ in taught] == [START + n * SPAN for n in range(3)]
    # A model of its own for each span, and the calibrator learns from nothing that the model has learned from.
    assert len({model.learned for _, model in models}) == 3
    assert len({model.code_hash for _, model in models}) == 3
    for before, known, learned_until in taught:
        assert 0 < learned_until < before
        assert int(known.closes.min()) >= learned_until
        assert int(known.ends.max()) <= before
    assert [fold.fitted_on for fold in walked.folds] == [len(known) for _, known, _ in taught]
    # All signals of all spans are pooled, and none twice.
    assert walked.pooled.observations == sum(fold.scores.observations for fold in walked.folds) > 4_000


def test_what_happens_later_changes_no_span_before_it(two: CandleStore) -> None:
    whole = walk_forward_scores(two, LEARNER, START, START + 2 * SPAN, SPAN)
    early = walk_forward_scores(until(two, START + SPAN + 100 * 3_600), LEARNER, START, START + SPAN, SPAN)

    assert early.folds[0] == whole.folds[0]
    assert early.pooled == whole.folds[0].scores


def test_a_span_before_which_there_is_too_little_to_learn_from_has_no_fold(two: CandleStore) -> None:
    soon = two.first_open + 30 * DAY
    walked = walk_forward_scores(two, LEARNER, soon, START + SPAN, START - soon)

    assert [fold.begin[:10] for fold in walked.folds] == ["2024-08-20"]
    with pytest.raises(Refused) as refusal:
        walk_forward_scores(two, LEARNER, soon, soon + SPAN, SPAN)
    assert refusal.value.code == "NOT_ENOUGH_HISTORY"
