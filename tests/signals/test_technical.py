"""The strategy sees closed candles only, says the same alone and in a batch, and explains what it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradeseal.market.published import CandleStore, CandleWindow, Series, synthetic
from tradeseal.signals.published import (
    HORIZON_BARS,
    RISK_BUDGET_BPS,
    SIZE_BPS_MOST,
    NotEnoughData,
    Opinion,
    Side,
    SignalEngine,
    TechnicalStrategy,
    risk_score,
    side_of,
    size_bps,
)

HOUR = 3600


def a_window(closes: np.ndarray) -> CandleWindow:
    prices = np.round(closes * 1e8).astype(np.int64)
    times = HOUR * np.arange(1, len(closes) + 1, dtype=np.int64)
    return CandleWindow("BTC-USDT", HOUR, times, prices, prices, prices, prices, prices)


def test_a_batch_gives_the_bits_of_each_window_alone(store: CandleStore, engine: SignalEngine) -> None:
    start, end = store.default_start, store.default_start + 400 * HOUR
    opinions = engine.precompute(store, store.markets, start, end)

    assert len(opinions) == 401 * len(store.markets)
    for market in store.markets:
        for close in range(start, end + 1, 17 * HOUR):
            assert opinions.opinion(market, close) == engine.opinion(store.window(market, close))


def test_every_third_window_reads_as_it_does_among_all(store: CandleStore) -> None:
    columns = [column[:900] for column in store.series("ETH-USDT").columns]
    run = CandleWindow("ETH-USDT", HOUR, *columns)

    whole, some = TechnicalStrategy().read_run(run), TechnicalStrategy().read_run(run, 3)

    for ours, theirs in zip(whole.features, some.features, strict=True):
        assert ours[::3].tobytes() == theirs.tobytes()


def test_candles_after_the_close_do_not_exist_for_a_signal(store: CandleStore, engine: SignalEngine) -> None:
    close = store.default_start + 50 * HOUR
    for market in store.markets:
        table = store.series(market).table
        known = table[: store.closed(market, close)]
        invented = table[store.closed(market, close) :].copy()
        invented[:, 1:] *= 3
        futures = [known, np.concatenate((known, invented)), table]

        stores = [CandleStore([Series(market, one)], interval_s=HOUR, exchange="test") for one in futures]
        alone = [engine.opinion(one.window(market, close)) for one in stores]
        batch = [engine.precompute(one, [market], close - HOUR, close).opinion(market, close) for one in stores]

        assert isinstance(alone[0], Opinion)
        assert all(opinion == alone[0] for opinion in [*alone, *batch])


def test_candles_before_the_last_512_do_not_matter(store: CandleStore, engine: SignalEngine) -> None:
    long = store.window("BTC-USDT", store.default_start, n=900)
    exact = store.window("BTC-USDT", store.default_start)

    assert engine.opinion(long) == engine.opinion(exact)


@pytest.mark.parametrize("count", [0, 1, 511])
def test_too_few_candles_are_not_enough_data(count: int, store: CandleStore, engine: SignalEngine) -> None:
    window = store.window("BTC-USDT", store.default_start, n=count) if count else None

    assert engine.opinion(window) == NotEnoughData(got=count, needed=512)


def test_a_batch_answers_not_enough_data_before_warm_up_is_over(engine: SignalEngine) -> None:
    short = synthetic(bars=600)
    opinions = engine.precompute(short, ["BTC-USDT"], short.first_open, short.last_close)
    first = short.first_open + 512 * HOUR

    assert len(opinions) == 600 - 511
    assert isinstance(opinions.opinion("BTC-USDT", first - HOUR), NotEnoughData)
    assert isinstance(opinions.opinion("BTC-USDT", first), Opinion)


def test_sides_follow_from_the_scores_and_never_from_confidence(store: CandleStore, engine: SignalEngine) -> None:
    opinions = engine.precompute(store, store.markets, store.default_start, store.default_start + 600 * HOUR)
    seen = {Side.BUY: 0, Side.SELL: 0, Side.HOLD: 0}
    for market in store.markets:
        for close in range(store.default_start, store.default_start + 600 * HOUR, HOUR):
            opinion = opinions.opinion(market, close)
            assert isinstance(opinion, Opinion)
            assert opinion.side == side_of(opinion.buy_score, opinion.sell_score)
            seen[opinion.side] += 1

    assert min(seen.values()) > 50


@given(buy=st.integers(0, 100), sell=st.integers(0, 100))
def test_the_side_rule_is_symmetric(buy: int, sell: int) -> None:
    mirror = {Side.BUY: Side.SELL, Side.SELL: Side.BUY, Side.HOLD: Side.HOLD}

    assert side_of(buy, sell) == mirror[side_of(sell, buy)]


@pytest.mark.parametrize(
    ("buy", "sell", "side"),
    [(35, 15, Side.BUY), (34, 0, Side.HOLD), (35, 16, Side.HOLD), (0, 35, Side.SELL), (60, 60, Side.HOLD)],
)
def test_a_side_needs_its_score_and_its_lead(buy: int, sell: int, side: Side) -> None:
    assert side_of(buy, sell) is side


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32),
    size=st.sampled_from([0.0, 1e-6, 0.001, 0.02, 0.3]),
    level=st.sampled_from([0.0002, 1.0, 60_000.0]),
)
def test_every_number_stays_in_its_range_in_calm_and_in_panic(
    seed: int, size: float, level: float, engine: SignalEngine
) -> None:
    chance = np.random.Generator(np.random.PCG64(seed))
    closes = np.clip(level * np.cumprod(1 + np.clip(size * chance.standard_normal(512), -0.9, 2)), 0.0001, 1e7)

    opinion = engine.opinion(a_window(closes))

    assert isinstance(opinion, Opinion)
    assert 0 <= opinion.confidence_bps <= 10_000
    assert 0 <= opinion.risk_score <= 100
    assert 0 <= opinion.size_bps <= SIZE_BPS_MOST
    assert 1 <= opinion.take_profit_bps <= 65_535
    assert 1 <= opinion.stop_loss_bps <= 9_999
    assert opinion.horizon_s == HORIZON_BARS * HOUR
    assert (opinion.size_bps == 0) == (opinion.side is Side.HOLD)
    assert all(np.isfinite(float(value)) for value in opinion.indicators.values())


def test_barriers_are_one_and_two_six_hour_volatilities(store: CandleStore, engine: SignalEngine) -> None:
    window = store.window("SOL-USDT", store.default_start)
    assert window is not None
    returns = np.diff(np.log(window.closes / 1e8))[-48:]
    unit = returns.std(ddof=1) * np.sqrt(6) * 10_000

    opinion = engine.opinion(window)

    assert isinstance(opinion, Opinion)
    assert (opinion.take_profit_bps, opinion.stop_loss_bps) == (int(unit), int(2 * unit))
    assert float(opinion.indicators["volatility"]) == pytest.approx(returns.std(ddof=1), abs=1e-8)
    assert float(opinion.indicators["volatility_annual"]) == pytest.approx(
        returns.std(ddof=1) * np.sqrt(8_760), abs=1e-7
    )


def test_a_flat_market_is_held() -> None:
    readings = TechnicalStrategy().read(a_window(np.full(512, 100.0)))
    opinion = readings.opinion(0, confidence_bps=6_000, base_rate_bps=6_000)

    assert (opinion.side, opinion.buy_score, opinion.sell_score, opinion.risk_score) == (Side.HOLD, 0, 0, 0)
    assert (opinion.take_profit_bps, opinion.stop_loss_bps) == (1, 1)


@given(stop=st.integers(1, 9_999))
def test_the_loss_at_the_stop_keeps_within_the_risk_budget(stop: int) -> None:
    size = size_bps(Side.BUY, stop)

    assert 1 <= size <= SIZE_BPS_MOST
    assert size * stop <= RISK_BUDGET_BPS * 10_000
    assert size_bps(Side.HOLD, stop) == 0


@pytest.mark.parametrize(
    ("stop", "size"), [(1, 2_000), (249, 2_000), (250, 2_000), (251, 1_992), (500, 1_000), (9_999, 50)]
)
def test_size_is_capped_where_the_contract_caps_it(stop: int, size: int) -> None:
    """A stop of 250 bps loses half a percent at 20 % of equity, the ceiling of RULE-01; a nearer one asks for more."""
    assert size_bps(Side.BUY, stop) == size_bps(Side.SELL, stop) == size


@pytest.mark.parametrize(
    ("stop", "drawdown", "score"),
    [(1, 0, 0), (1_499, 0, 59), (1_500, 0, 60), (9_999, 0, 60), (1, 4_999, 39), (1, 5_000, 40), (1_500, 5_000, 100),
     (9_999, 9_999, 100)],
)  # fmt: skip
def test_the_risk_score_is_capped_at_sixty_and_forty(stop: int, drawdown: int, score: int) -> None:
    assert risk_score(stop, drawdown) == score


@given(stop=st.integers(1, 9_998), drawdown=st.integers(0, 9_999))
def test_more_risk_never_scores_less(stop: int, drawdown: int) -> None:
    score = risk_score(stop, drawdown)

    assert 0 <= score <= risk_score(stop + 1, drawdown) <= 100
    assert score <= risk_score(stop, drawdown + 1) <= 100


def test_the_reasons_add_up_to_the_scores(store: CandleStore, engine: SignalEngine) -> None:
    for close in range(store.default_start, store.default_start + 200 * HOUR, 13 * HOUR):
        opinion = engine.opinion(store.window("ETH-USDT", close))
        assert isinstance(opinion, Opinion)
        points = [float(reason.rsplit("(", 1)[1].rstrip(")")) for reason in opinion.why[1:]]

        assert opinion.why[0].startswith(opinion.side.name)
        assert sum(point for point in points if point > 0) == pytest.approx(opinion.buy_score, abs=1.3)
        assert -sum(point for point in points if point < 0) == pytest.approx(opinion.sell_score, abs=1.3)


def test_other_parameters_are_another_model() -> None:
    before = TechnicalStrategy().code_hash

    assert len(before) == 32
    assert TechnicalStrategy(macd_weight=29).code_hash != before
