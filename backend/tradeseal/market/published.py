"""What other contexts may use of the market context."""

from tradeseal.market.adapters.parquet import load_folder
from tradeseal.market.domainmodel import (
    WINDOW,
    Bar,
    Candle,
    CandleWindow,
    interval_name,
    interval_seconds,
    window_hash,
)
from tradeseal.market.report import DataReport
from tradeseal.market.store import CandleStore, ReplayFeed, Series
from tradeseal.market.synthetic import synthetic

__all__ = [
    "WINDOW",
    "Bar",
    "Candle",
    "CandleStore",
    "CandleWindow",
    "DataReport",
    "ReplayFeed",
    "Series",
    "interval_name",
    "interval_seconds",
    "load_folder",
    "synthetic",
    "window_hash",
]
