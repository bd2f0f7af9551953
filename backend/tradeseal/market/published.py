"""What other contexts may use of the market context."""

from tradeseal.market.adapters.download import MarketReport, download, find_exchange, span_of
from tradeseal.market.adapters.parquet import load_folder
from tradeseal.market.adapters.recent import Recent, fetch_recent, in_words
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
from tradeseal.market.synthetic import synthetic, synthetic_of

__all__ = [
    "WINDOW",
    "Bar",
    "Candle",
    "CandleStore",
    "CandleWindow",
    "DataReport",
    "MarketReport",
    "Recent",
    "ReplayFeed",
    "Series",
    "download",
    "fetch_recent",
    "find_exchange",
    "in_words",
    "interval_name",
    "interval_seconds",
    "load_folder",
    "span_of",
    "synthetic",
    "synthetic_of",
    "window_hash",
]
