"""Candles from a folder of Parquet files named `EXCHANGE-PAIR-INTERVAL[-SPAN].parquet`.

Knows the columns `time` (bar open, UTC milliseconds), `open`, `high`, `low`, `close`, `volume`, and every defect real
files have. A bad row is dropped and reported; of several rows with one open time the first valid one wins, in order of
file name and row, so that a correction added later cannot change what an earlier run has seen. Knows nothing of feeds.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import format_e8
from tradeseal.kernel.nearest import did_you_mean, market_meant
from tradeseal.market.domainmodel import Column, interval_seconds, market_of_pair
from tradeseal.market.report import BadRow, DataReport, Duplicate, Gap, Ignored
from tradeseal.market.store import CandleStore, Series

FILE_COLUMNS: Final = ("time", "open", "high", "low", "close", "volume")
LEAST_PRICE_E8: Final = 10_000
GREATEST_E8: Final = 2**51  # below, a float and its product with 1e8 are near enough to round to the exact integer
EARLIEST_MS: Final = 1_230_768_000_000  # 2009: no coin is older
UNIT_CHANGE: Final = 100  # no coin's price goes a hundredfold between two candles; a file's unit does
LATEST_MS: Final = 4_102_444_800_000  # 2100

_Floats = npt.NDArray[np.float64]
_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _DataFile:
    path: Path
    exchange: str
    market: str
    interval: str


def load_folder(
    path: str | Path, exchange: str = "binance", interval: str = "1h", markets: Sequence[str] | None = None
) -> tuple[CandleStore, DataReport]:
    """Load one exchange and interval; `markets` are pairs (`BTC-USDT`) or base assets (`BTC`), None means all."""
    folder = Path(path)
    interval_s = interval_seconds(interval)
    report = DataReport()
    files = _data_files(folder, report)
    chosen = _choose(files, exchange, interval, report)
    wanted = _resolve(markets, sorted(chosen))
    series = [_load_market(market, chosen[market], interval_s, report) for market in wanted]
    return CandleStore(series, interval_s=interval_s, exchange=exchange), report


def _data_files(folder: Path, report: DataReport) -> list[_DataFile]:
    if not folder.is_dir():
        raise Refused("DATA_FOLDER_MISSING", f"There is no folder {folder}.", folder=str(folder))
    found = []
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        data_file = _parse_name(path)
        if isinstance(data_file, Ignored):
            report.ignored.append(data_file)
        else:
            found.append(data_file)
    if not found:
        raise Refused(
            "DATA_FOLDER_EMPTY",
            f"{folder} holds no candle files; they are named EXCHANGE-PAIR-INTERVAL[-SPAN].parquet.",
            folder=str(folder),
            ignored=[one.file for one in report.ignored],
        )
    return found


def _parse_name(path: Path) -> _DataFile | Ignored:
    if path.suffix != ".parquet" or not path.is_file():
        return Ignored(path.name, "not a Parquet file")
    parts = path.stem.split("-")
    if len(parts) not in (3, 4):
        return Ignored(path.name, "not named EXCHANGE-PAIR-INTERVAL[-SPAN]")
    market = market_of_pair(parts[1])
    if market is None:
        return Ignored(path.name, f"{parts[1]} is not a pair with a known quote currency")
    try:
        interval_seconds(parts[2])
    except Refused:
        return Ignored(path.name, f"{parts[2]} is not an interval")
    return _DataFile(path, parts[0], market, parts[2])


def _choose(files: Sequence[_DataFile], exchange: str, interval: str, report: DataReport) -> dict[str, list[_DataFile]]:
    exchanges = _names(one.exchange for one in files)
    if exchange not in exchanges:
        raise Refused(
            "UNKNOWN_EXCHANGE",
            f"There are no files of {exchange}; there are {', '.join(exchanges)}.{did_you_mean(exchange, exchanges)}",
            got=exchange,
        )
    intervals = _names(one.interval for one in files if one.exchange == exchange)
    if interval not in intervals:
        raise Refused(
            "UNKNOWN_INTERVAL",
            f"There are no {interval} files of {exchange}; there are {', '.join(intervals)}."
            f"{did_you_mean(interval, intervals)}",
            got=interval,
        )
    chosen: dict[str, list[_DataFile]] = defaultdict(list)
    for one in files:
        if (one.exchange, one.interval) == (exchange, interval):
            chosen[one.market].append(one)
        else:
            report.ignored.append(Ignored(one.path.name, "another exchange or interval"))
    return chosen


def _names(names: Iterable[str]) -> list[str]:
    return sorted(set(names))


def _resolve(markets: Sequence[str] | None, there: Sequence[str]) -> list[str]:
    if not markets:
        return list(there)
    return sorted({_resolve_one(market.strip().upper(), there) for market in markets})


def _resolve_one(market: str, there: Sequence[str]) -> str:
    fitting = [one for one in there if market in (one, one.split("-")[0], one.replace("-", ""))]
    if not fitting:
        raise Refused(
            "UNKNOWN_MARKET",
            f"There are no candles of {market}; there are {', '.join(there)}.{market_meant(market, there)}",
            got=market,
            there=there,
        )
    if len(fitting) > 1:
        raise Refused(
            "AMBIGUOUS_MARKET", f"{market} may be {' or '.join(fitting)}; name one.", got=market, there=fitting
        )
    return fitting[0]


def _load_market(market: str, files: Sequence[_DataFile], interval_s: int, report: DataReport) -> Series:
    tables, places = [], []
    for number, one in enumerate(files):
        table, rows = _load_file(one, interval_s, report)
        tables.append(table)
        places.append(np.stack((np.full(len(rows), number, dtype=np.int64), rows), axis=1))
        report.files.append(one.path.name)
    table = np.concatenate(tables)
    place = np.concatenate(places)
    names = [one.path.name for one in files]
    if len(table) == 0:
        raise Refused("NO_CANDLES", f"No row of {', '.join(names)} is a usable candle.", files=names)
    table = _first_of_each(table, place, names, report)
    _refuse_unit_change(market, table, np.concatenate(tables), place, names)
    _report_gaps(market, table[:, 0], interval_s, report)
    report.rows += len(table)
    return Series(market, table)


def _load_file(one: _DataFile, interval_s: int, report: DataReport) -> tuple[Column, Column]:
    times_ms, prices, volume = _read(one.path)
    prices_e8 = np.rint(np.where(np.isfinite(prices), prices, 0) * 1e8)
    reasons = _reasons(times_ms, prices, volume, prices_e8, interval_s)
    good = np.ones(len(times_ms), dtype=bool)
    for reason, bad in reasons:
        for row in np.flatnonzero(bad & good):
            report.add_bad_row(BadRow(one.path.name, int(row), int(times_ms[row]) // 1000, reason))
        good &= ~bad
    _refuse_unsupported_scale(one.path.name, prices, prices_e8, good)
    rows = np.flatnonzero(good).astype(np.int64)
    times = times_ms[good] // 1000
    if np.any(np.diff(times) < 0):
        report.unsorted_files.append(one.path.name)
    whole = np.floor(volume[good])
    volume_e8 = whole.astype(np.int64) * 10**8 + np.rint((volume[good] - whole) * 1e8).astype(np.int64)
    columns = [times, *(prices_e8[i][good].astype(np.int64) for i in range(4)), volume_e8]
    return np.stack(columns, axis=1), rows


def _read(path: Path) -> tuple[Column, _Floats, _Floats]:
    import pyarrow as pa  # noqa: PLC0415 - 0.3 s that a synthetic run need not wait for
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise Refused("CORRUPT_FILE", f"{path.name} cannot be read as Parquet: {error}", file=path.name) from error
    missing = [name for name in FILE_COLUMNS if name not in table.column_names]
    if missing:
        raise Refused("CORRUPT_FILE", f"{path.name} lacks the columns {', '.join(missing)}.", file=path.name)
    try:
        times = _milliseconds(table.column("time")).fill_null(0).to_numpy().astype(np.int64)
        floats = [table.column(name).cast(pa.float64()).to_numpy().astype(np.float64) for name in FILE_COLUMNS[1:]]
    except pa.ArrowException as error:
        raise Refused(
            "CORRUPT_FILE", f"{path.name} has a column that is not numbers: {error}", file=path.name
        ) from error
    return times, np.stack(floats[:4]), floats[4]


def _milliseconds(times: Any) -> Any:
    """Times as integers, whatever unit a timestamp column has."""
    import pyarrow as pa  # noqa: PLC0415

    return (
        times.cast(pa.timestamp("ms")).cast(pa.int64()) if pa.types.is_timestamp(times.type) else times.cast(pa.int64())
    )


def _reasons(
    times_ms: Column, prices: _Floats, volume: _Floats, prices_e8: _Floats, interval_s: int
) -> list[tuple[str, _Mask]]:
    """Why a row is no candle, the most telling reason first."""
    open_, high, low, close = prices
    with np.errstate(invalid="ignore"):
        return [
            ("time is not in milliseconds since 1970", (times_ms < EARLIEST_MS) | (times_ms >= LATEST_MS)),
            ("time is not the open of an interval", times_ms % (interval_s * 1000) != 0),
            ("price is not a number", ~np.isfinite(prices).all(axis=0)),
            ("price is zero or negative", (prices <= 0).any(axis=0)),
            ("price is out of scale", (prices_e8 >= GREATEST_E8).any(axis=0)),
            ("high is below low", high < low),
            (
                "open or close lies outside low and high",
                (np.maximum(open_, close) > high) | (np.minimum(open_, close) < low),
            ),
            ("volume is not a usable number", ~(np.isfinite(volume) & (volume >= 0) & (volume < 9e10))),
        ]


def _refuse_unsupported_scale(name: str, prices: _Floats, prices_e8: _Floats, good: _Mask) -> None:
    """An exact decimal of eight places is the nearest float of its own integer over 1e8; anything else is finer."""
    finer = good & (prices_e8 / 1e8 != prices).any(axis=0)
    if finer.any():
        row = int(np.flatnonzero(finer)[0])
        raise Refused(
            "SCALE_NOT_SUPPORTED", f"{name} row {row} has a price with more than 8 decimals.", file=name, row=row
        )
    small = good & (prices_e8 < LEAST_PRICE_E8).any(axis=0)
    if small.any():
        row = int(np.flatnonzero(small)[0])
        raise Refused(
            "SCALE_NOT_SUPPORTED",
            f"{name} row {row} has a price under 0.0001.",
            file=name,
            row=row,
            limit=LEAST_PRICE_E8,
        )


def _first_of_each(table: Column, place: Column, names: Sequence[str], report: DataReport) -> Column:
    order = np.argsort(table[:, 0], kind="stable")
    table, place = table[order], place[order]
    again = np.concatenate(([False], table[1:, 0] == table[:-1, 0]))
    winner = np.maximum.accumulate(np.where(again, 0, np.arange(len(table))))
    for at in np.flatnonzero(again):
        conflicting = bool((table[at] != table[winner[at]]).any())
        file, row = place[at]
        report.add_duplicate(Duplicate(names[int(file)], int(row), int(table[at, 0]), conflicting))
    return np.ascontiguousarray(table[~again])


def _refuse_unit_change(market: str, table: Column, loaded: Column, place: Column, names: Sequence[str]) -> None:
    """Raise `Refused` where a market opens a hundred times above or below its last close: a price in another unit."""
    opens, closes = table[1:, 1], table[:-1, 4]
    jumps = np.flatnonzero((opens // UNIT_CHANGE >= closes) | (closes // UNIT_CHANGE >= opens))
    if len(jumps):
        time = int(table[jumps[0] + 1, 0])
        file, row = place[int(np.flatnonzero(loaded[:, 0] == time)[0])]
        raise Refused(
            "UNIT_CHANGES",
            f"{names[int(file)]} row {int(row)}: {market} opens at {format_e8(int(opens[jumps[0]]))} "
            f"after a close at {format_e8(int(closes[jumps[0]]))}: a price in another unit.",
            file=names[int(file)], row=int(row),
        )  # fmt: skip


def _report_gaps(market: str, times: Column, interval_s: int, report: DataReport) -> None:
    steps = np.diff(times) // interval_s
    for at in np.flatnonzero(steps > 1):
        report.add_gap(Gap(market, int(times[at]), int(steps[at]) - 1))
