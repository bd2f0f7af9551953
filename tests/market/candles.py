"""Builders of candle files and stores; each names only what its test is about."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tradeseal.market.published import CandleStore, Series

START = 1_609_459_200  # 2021-01-01T00:00:00Z
HOUR = 3600


def a_row(hour: int, close: float = 100.0, **changes: float) -> dict[str, Any]:
    row = {
        "time": (START + hour * HOUR) * 1000,
        "open": close,
        "high": close,
        "low": close,
        "close": close,
        "volume": 1.5,
    }
    return row | changes


def a_file(folder: Path, rows: list[dict[str, Any]], name: str = "binance-BTCUSDT-1h.parquet") -> Path:
    pq.write_table(pa.Table.from_pylist(rows), folder / name)
    return folder / name


def a_store(closes_e8: list[int], market: str = "BTC-USDT", spread_e8: int = 0) -> CandleStore:
    """Hourly candles with the given closes; each opens at the close before and reaches `spread_e8` past both."""
    closes = np.array(closes_e8, dtype=np.int64)
    opens = np.concatenate((closes[:1], closes[:-1]))
    times = START + HOUR * np.arange(len(closes), dtype=np.int64)
    highs, lows = np.maximum(opens, closes) + spread_e8, np.minimum(opens, closes) - spread_e8
    volumes = np.full(len(closes), 10**8, dtype=np.int64)
    table = np.column_stack((times, opens, highs, lows, closes, volumes))
    return CandleStore([Series(market, table)], interval_s=HOUR, exchange="test")
