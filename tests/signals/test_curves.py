"""What the chart draws beside a candle is what the strategy read there, bit for bit."""

from tradeseal.market.published import WINDOW, CandleStore
from tradeseal.signals.published import CURVES, Features, Windows, curves


def test_each_value_of_a_curve_is_that_of_the_window_which_ends_there(store: CandleStore) -> None:
    market, end = store.markets[0], store.default_start
    run = store.window(market, end, WINDOW + 19)

    drawn = curves(run, CURVES)

    for back in (0, 7, 19):
        window = store.window(market, end - back * store.interval_s)
        read = Features(Windows.alone(window)).indicators
        for name, values in drawn.items():
            assert len(values) == 20
            assert values[-1 - back] == float(read[name][0]), name


def test_a_run_too_short_for_one_window_has_no_values_and_only_the_chosen_are_computed(store: CandleStore) -> None:
    run = store.window(store.markets[0], store.default_start, WINDOW - 1)

    assert curves(run, ["rsi"]) == {"rsi_14": []}
