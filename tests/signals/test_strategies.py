"""Strategies are named, checked and bound by hashes; a user's own is one short file."""

from pathlib import Path

import numpy as np
import pytest

from tradeseal.kernel.errors import Refused
from tradeseal.market.published import CandleStore, CandleWindow
from tradeseal.signals.published import Calibrator, ScoredStrategy, SignalEngine, find_strategy, known_strategies, learn
from tradeseal.signals.trees import Trees

SHIPPED = ("technical", "trend", "mean_reversion", "ema_cross", "gradient_boosting")
OWN = '''
from tradeseal.signals.published import Parameter, Part, ScoredStrategy


class Breakout(ScoredStrategy):
    """BUY above the highest close of the days before, SELL below the lowest."""

    name = "breakout"
    about = "Follows closes that leave the range of the candles before."
    parameters = {"bars": Parameter(55, 5, 400, "candles of the range")}

    def parts(self, windows, features):
        before, close = windows.close[-1 - self.params["bars"] : -1], windows.close[-1]
        high, low = before[0], before[0]
        for row in before:
            above, below = row > high, row < low
            high, low = high + above * (row - high), low + below * (row - low)
        return {"range": Part(100, 1.0 * (close > high) - 1.0 * (close < low), "the close is {above} the range")}
'''


def run_of(store: CandleStore, market: str = "ETH-USDT", count: int = 900) -> CandleWindow:
    return CandleWindow(market, store.interval_s, *(column[:count] for column in store.series(market).columns))


def taught(name: str, store: CandleStore) -> ScoredStrategy:
    return learn(store, store.markets, store.default_start, find_strategy(name))


@pytest.mark.parametrize("name", SHIPPED)
def test_each_strategy_says_the_same_alone_and_in_a_batch_and_explains_it(name: str, store: CandleStore) -> None:
    strategy = taught(name, store)
    assumed = Calibrator.assumed(7_000, name, strategy.code_hash.hex())
    engine = SignalEngine(strategy, assumed)
    start = store.default_start
    opinions = engine.precompute(store, ["ETH-USDT"], start, start + 150 * 3600)

    spoken = set()
    for close in range(start, start + 150 * 3600 + 1, 3600):
        together, alone = opinions.opinion("ETH-USDT", close), engine.opinion(store.window("ETH-USDT", close))
        assert together == alone
        spoken.add(alone.side.name)  # type: ignore[union-attr]
        assert alone.why[0].startswith(alone.side.name)  # type: ignore[union-attr]
    assert len(spoken) >= 2


def test_some_windows_read_as_they_do_among_all(store: CandleStore) -> None:
    for name in SHIPPED:
        readings = taught(name, store).read_run(run_of(store))
        some = readings.take(np.array([3, 100, 388]))
        for all_, few in zip((*readings.scores, *readings.barriers), (*some.scores, *some.barriers), strict=True):
            assert all_[[3, 100, 388]].tolist() == few.tolist()


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [
        ("nothing", {}, "UNKNOWN_STRATEGY"),
        ("trend", {"speed": 1}, "UNKNOWN_PARAMETER"),
        ("trend", {"macd_weight": 101}, "BAD_PARAMETER"),
        ("trend", {"macd_weight": True}, "BAD_PARAMETER"),
        ("ema_cross", {"fast": 20, "slow": 20}, "BAD_PARAMETER"),
    ],
)
def test_a_strategy_or_parameter_that_does_not_exist_is_refused_by_name(
    name: str, params: dict[str, int], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        find_strategy(name, params)

    assert refusal.value.code == code


def test_other_parameters_and_other_models_are_other_hashes(store: CandleStore) -> None:
    boosting = taught("gradient_boosting", store)

    assert find_strategy("trend").code_hash != find_strategy("trend", {"macd_weight": 34}).code_hash
    assert boosting.code_hash != find_strategy("gradient_boosting").code_hash
    assert boosting.code_hash == taught("gradient_boosting", store).code_hash


def test_a_model_says_after_storage_what_it_said_before_and_what_scikit_learn_says(store: CandleStore) -> None:
    strategy = taught("gradient_boosting", store)
    model = strategy.model  # type: ignore[attr-defined]
    features = strategy.read_run(run_of(store)).common.clipped

    assert Trees.from_json(model.to_json()).probability(features).tobytes() == model.probability(features).tobytes()
    assert 0 < model.learned_until < store.default_start


def test_a_model_whose_trees_do_not_hold_together_is_refused(store: CandleStore) -> None:
    stored = taught("gradient_boosting", store).model.to_json()  # type: ignore[attr-defined]
    first = stored["trees"][0]
    stored["trees"] = [{**first, "left": [0] * len(first["left"])}, *stored["trees"][1:]]

    with pytest.raises(Refused) as refusal:
        Trees.from_json(stored)
    assert refusal.value.code == "BAD_MODEL"


def test_a_strategy_of_ones_own_is_one_file(tmp_path: Path, store: CandleStore) -> None:
    (tmp_path / "breakout.py").write_text(OWN)
    strategy = find_strategy("breakout", {"bars": 20}, tmp_path)

    readings = strategy.read_run(run_of(store))

    assert known_strategies(tmp_path)["breakout"].origin == "breakout.py"
    assert {1, 2} <= set(readings.sides.tolist())
    before = strategy.code_hash
    (tmp_path / "breakout.py").write_text(OWN + "\n# another version\n")
    assert find_strategy("breakout", {"bars": 20}, tmp_path).code_hash != before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("return {'x': Part(100, windows.close[-1] * float('nan'), 'x')}", "STRATEGY_NOT_A_NUMBER"),
        ("return {'x': Part(100, 1 / 0, 'x')}", "STRATEGY_FAILED"),
        ("return {'x': Part(101, 0 * windows.close[-1], 'x')}", "BAD_POINTS"),
    ],
)
def test_a_strategy_that_raises_or_says_no_number_is_named(
    body: str, code: str, tmp_path: Path, store: CandleStore
) -> None:
    source = OWN[: OWN.index("        before, close")] + f"        {body}\n"
    (tmp_path / "wrong.py").write_text(source)

    with pytest.raises(Refused) as refusal:
        _ = find_strategy("breakout", folder=tmp_path).read_run(run_of(store)).sides

    assert refusal.value.code == code
    assert "breakout" in refusal.value.message


def test_a_file_that_does_not_read_and_a_name_given_twice_are_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import nothing_of_this_name\n")
    with pytest.raises(Refused) as refusal:
        known_strategies(tmp_path)
    assert (refusal.value.code, "broken.py" in refusal.value.message) == ("STRATEGY_UNREADABLE", True)

    (tmp_path / "broken.py").write_text(OWN.replace("breakout", "trend"))
    with pytest.raises(Refused) as refusal:
        known_strategies(tmp_path)
    assert refusal.value.code == "STRATEGY_NAMED_TWICE"
