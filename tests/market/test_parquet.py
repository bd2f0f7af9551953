"""A folder of candle files loads exactly, and every defect of it is named with file and row."""

import math
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from candles import HOUR, START, a_file, a_row
from hypothesis import given, settings
from hypothesis import strategies as st

from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import to_e8
from tradeseal.market.published import load_folder


def refusal_of(folder: Path, **options: object) -> Refused:
    with pytest.raises(Refused) as refusal:
        load_folder(folder, **options)  # type: ignore[arg-type]
    return refusal.value


def test_prices_and_volume_become_exact_integers(tmp_path: Path) -> None:
    a_file(tmp_path, [a_row(0, open=0.00376, high=60_000.12, low=0.00376, close=57_828.03, volume=949_430_724.25)])

    store, report = load_folder(tmp_path)
    candle = store.candle("BTC-USDT", START)

    assert candle is not None
    assert (candle.open_e8, candle.high_e8, candle.close_e8) == (376_000, 6_000_012_000_000, 5_782_803_000_000)
    assert candle.volume_e8 == 94_943_072_425_000_000
    assert candle.close_time == START + HOUR
    assert report.rows == 1


@settings(max_examples=30)
@given(prices_e8=st.lists(st.integers(10_000, 2**51 - 1), min_size=1, max_size=20))
def test_any_price_of_eight_decimals_survives_the_way_through_a_float(
    prices_e8: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("data")
    for number, price in enumerate(prices_e8):  # one market each, for no market's price changes so much
        a_file(folder, [a_row(0, close=price / 1e8)], f"binance-A{number}USDT-1h.parquet")

    store, _ = load_folder(folder)

    assert [store.series(f"A{number}-USDT").table[0, 4] for number in range(len(prices_e8))] == prices_e8


def test_a_gap_is_reported_and_its_bars_lack_the_market(tmp_path: Path) -> None:
    a_file(tmp_path, [a_row(0), a_row(1), a_row(5)])

    _, report = load_folder(tmp_path)

    assert (report.gap_count, report.missing_bars) == (1, 3)
    assert (report.gaps[0].after, report.gaps[0].missing) == (START + HOUR, 3)


def test_of_conflicting_duplicates_the_first_wins_and_each_is_reported(tmp_path: Path) -> None:
    a_file(tmp_path, [a_row(0), a_row(1, close=100.0), a_row(1, close=101.0), a_row(1, close=100.0)])

    store, report = load_folder(tmp_path)
    candle = store.candle("BTC-USDT", START + HOUR)

    assert candle is not None
    assert candle.close_e8 == to_e8("100")
    assert (report.duplicate_count, report.conflict_count) == (2, 1)
    assert [(one.file, one.row, one.conflicting) for one in report.duplicates] == [
        ("binance-BTCUSDT-1h.parquet", 2, True),
        ("binance-BTCUSDT-1h.parquet", 3, False),
    ]


def test_a_bad_row_does_not_win_over_a_good_one(tmp_path: Path) -> None:
    a_file(tmp_path, [a_row(0), a_row(1, low=math.nan), a_row(1, close=102.0)])

    store, report = load_folder(tmp_path)
    candle = store.candle("BTC-USDT", START + HOUR)

    assert candle is not None
    assert candle.close_e8 == to_e8("102")
    assert (report.bad_row_count, report.duplicate_count) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"open": 0.0, "low": 0.0}, "price is zero or negative"),
        ({"close": -1.0}, "price is zero or negative"),
        ({"close": math.nan}, "price is not a number"),
        ({"high": math.inf}, "price is not a number"),
        ({"high": 99.0, "low": 101.0}, "high is below low"),
        ({"high": 99.5, "low": 99.0}, "open or close lies outside low and high"),
        ({"volume": -1.0}, "volume is not a usable number"),
        ({"volume": math.nan}, "volume is not a usable number"),
        ({"time": START * 1000 + 1}, "time is not the open of an interval"),
        ({"time": START}, "time is not in milliseconds since 1970"),
        ({"open": 1e9, "high": 1e9, "low": 1e9, "close": 1e9}, "price is out of scale"),
    ],
)
def test_a_bad_row_is_dropped_and_named(changes: dict[str, float], reason: str, tmp_path: Path) -> None:
    a_file(tmp_path, [a_row(0), a_row(1, **changes), a_row(2)])

    store, report = load_folder(tmp_path)

    assert len(store.series("BTC-USDT")) == 2
    assert [(bad.file, bad.row, bad.reason) for bad in report.bad_rows] == [("binance-BTCUSDT-1h.parquet", 1, reason)]
    assert any("row 1" in line and reason in line for line in report.lines())


def test_unsorted_rows_are_sorted_and_said(tmp_path: Path) -> None:
    a_file(tmp_path, [a_row(2, close=3.0), a_row(0, close=1.0), a_row(1, close=2.0)])

    store, report = load_folder(tmp_path)

    assert store.series("BTC-USDT").columns[4].tolist() == [to_e8("1"), to_e8("2"), to_e8("3")]
    assert report.unsorted_files == ["binance-BTCUSDT-1h.parquet"]


def test_a_price_finer_than_the_scale_is_refused_by_file_and_row(tmp_path: Path) -> None:
    a_file(tmp_path, [a_row(0), a_row(1, close=0.123456789)])

    refusal = refusal_of(tmp_path)

    assert (refusal.code, refusal.facts["row"]) == ("SCALE_NOT_SUPPORTED", 1)


@pytest.mark.parametrize(("price", "fits"), [(0.0001, True), (0.00009999, False)])
def test_a_market_under_ten_thousand_units_is_refused(price: float, fits: bool, tmp_path: Path) -> None:
    a_file(tmp_path, [a_row(0, close=price)])

    if fits:
        assert load_folder(tmp_path)[1].rows == 1
    else:
        assert refusal_of(tmp_path).code == "SCALE_NOT_SUPPORTED"


def test_files_of_one_market_are_joined_over_their_spans(tmp_path: Path) -> None:
    a_file(tmp_path, [a_row(3), a_row(4)], "binance-BTCUSDT-1h-2022.parquet")
    a_file(tmp_path, [a_row(0), a_row(1), a_row(2)], "binance-BTCUSDT-1h-2021.parquet")

    store, report = load_folder(tmp_path)

    assert len(store.series("BTC-USDT")) == 5
    assert report.files == ["binance-BTCUSDT-1h-2021.parquet", "binance-BTCUSDT-1h-2022.parquet"]


def test_other_files_are_ignored_and_listed(tmp_path: Path) -> None:
    a_file(tmp_path, [a_row(0)])
    a_file(tmp_path, [a_row(0)], "kraken-BTCUSDT-1h.parquet")
    a_file(tmp_path, [a_row(0)], "binance-BTCUSDT-1m.parquet")
    a_file(tmp_path, [a_row(0)], "cdd-binance-ETHUSDT-1h-2020-x.parquet")
    a_file(tmp_path, [a_row(0)], "binance-BTCPERP-1h.parquet")
    a_file(tmp_path, [a_row(0)], "binance-BTCUSDT-funding.parquet")
    (tmp_path / "README.md").write_text("hello")

    _, report = load_folder(tmp_path)

    assert sorted(one.file for one in report.ignored) == [
        "README.md",
        "binance-BTCPERP-1h.parquet",
        "binance-BTCUSDT-1m.parquet",
        "binance-BTCUSDT-funding.parquet",
        "cdd-binance-ETHUSDT-1h-2020-x.parquet",
        "kraken-BTCUSDT-1h.parquet",
    ]
    assert all(one.reason for one in report.ignored)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / "nowhere").code == "DATA_FOLDER_MISSING"


def test_an_empty_folder_is_refused_and_a_folder_of_other_files_names_them(tmp_path: Path) -> None:
    assert refusal_of(tmp_path).code == "DATA_FOLDER_EMPTY"

    (tmp_path / "notes.txt").write_text("hello")
    refusal = refusal_of(tmp_path)

    assert (refusal.code, refusal.facts["ignored"]) == ("DATA_FOLDER_EMPTY", ["notes.txt"])


@pytest.mark.parametrize("keep", [0, 3, 40, 400])
def test_a_corrupt_file_is_refused_by_name(keep: int, tmp_path: Path) -> None:
    file = a_file(tmp_path, [a_row(hour) for hour in range(50)])
    file.write_bytes(file.read_bytes()[:keep])

    refusal = refusal_of(tmp_path)

    assert (refusal.code, refusal.facts["file"]) == ("CORRUPT_FILE", file.name)


def test_a_file_without_its_columns_or_with_text_in_them_is_refused(tmp_path: Path) -> None:
    a_file(tmp_path, [{"time": 1, "close": 2.0}])
    assert "open" in refusal_of(tmp_path).message

    a_file(tmp_path, [a_row(0) | {"close": "dear"}])
    assert refusal_of(tmp_path).code == "CORRUPT_FILE"


def test_a_file_without_a_usable_row_is_refused(tmp_path: Path) -> None:
    a_file(tmp_path, [a_row(0, close=0.0)])

    assert refusal_of(tmp_path).code == "NO_CANDLES"


def test_unknown_exchange_interval_and_market_name_what_there_is(tmp_path: Path) -> None:
    a_file(tmp_path, [a_row(0)])
    a_file(tmp_path, [a_row(0)], "binance-ETHUSDT-1h.parquet")

    answers = [
        refusal_of(tmp_path, exchange="kraken"),
        refusal_of(tmp_path, interval="5m"),
        refusal_of(tmp_path, interval="hourly"),
        refusal_of(tmp_path, markets=["DOGE"]),
    ]

    assert [one.code for one in answers] == [
        "UNKNOWN_EXCHANGE",
        "UNKNOWN_INTERVAL",
        "UNKNOWN_INTERVAL",
        "UNKNOWN_MARKET",
    ]
    assert "binance" in answers[0].message
    assert "1h" in answers[1].message
    assert "BTC-USDT, ETH-USDT" in answers[3].message


def test_a_base_asset_with_two_quotes_must_be_named_in_full(tmp_path: Path) -> None:
    a_file(tmp_path, [a_row(0)])
    a_file(tmp_path, [a_row(0)], "binance-BTCEUR-1h.parquet")

    assert refusal_of(tmp_path, markets=["BTC"]).code == "AMBIGUOUS_MARKET"
    assert load_folder(tmp_path, markets=["btc-eur"])[0].markets == ("BTC-EUR",)


def test_a_timestamp_column_of_any_unit_is_read(tmp_path: Path) -> None:
    rows = pa.Table.from_pylist([a_row(0), a_row(1)])
    for unit in ("s", "ms", "us", "ns"):
        times = rows.column("time").cast(pa.timestamp("ms")).cast(pa.timestamp(unit))
        pq.write_table(rows.set_column(0, "time", times), tmp_path / "binance-BTCUSDT-1h.parquet")

        assert load_folder(tmp_path)[0].series("BTC-USDT").times == [START, START + HOUR]


def test_real_files_load_with_their_known_defects(market_data: Path, tmp_path: Path) -> None:
    _, report = load_folder(market_data, markets=["BTC"])
    assert (report.rows, report.gap_count, report.missing_bars) == (64_524, 28, 128)

    _, report = load_folder(market_data, exchange="gemini")
    assert [(bad.row, bad.reason) for bad in report.bad_rows] == [(0, "price is zero or negative")]

    (tmp_path / "cdd-ETHUSDT-1h.parquet").symlink_to(market_data / "cdd-binance-ETHUSDT-1h.parquet")
    _, report = load_folder(tmp_path, exchange="cdd")
    assert (report.duplicate_count, report.conflict_count) == (2_649, 2_648)


@pytest.mark.parametrize(("price", "refused"), [(10_000.0, True), (9_999.99, False), (1.0, True), (1.01, False)])
def test_a_price_that_goes_over_to_another_unit_is_refused_by_file_and_row(
    price: float, refused: bool, tmp_path: Path
) -> None:
    rows = [a_row(3, price), *(a_row(hour) for hour in range(3))]  # not in order: the row is the file's own
    a_file(tmp_path, rows)

    if not refused:
        assert load_folder(tmp_path)[1].rows == 4
        return
    refusal = refusal_of(tmp_path)
    assert refusal.code == "UNIT_CHANGES"
    assert (refusal.facts["file"], refusal.facts["row"]) == ("binance-BTCUSDT-1h.parquet", 0)


@pytest.mark.parametrize("factor", [0.001, 1_000], ids=["seconds", "microseconds"])
def test_times_that_go_over_to_another_unit_are_dropped_and_named(factor: float, tmp_path: Path) -> None:
    rows = [a_row(hour) for hour in range(4)]
    rows[2]["time"] = int(rows[2]["time"] * factor)
    a_file(tmp_path, rows)

    _, report = load_folder(tmp_path)

    assert (report.rows, report.bad_row_count, report.missing_bars) == (3, 1, 1)
    assert (report.bad_rows[0].row, report.bad_rows[0].reason) == (2, "time is not in milliseconds since 1970")
