"""A stand-in exchange on loopback: Binance's or Kraken's public endpoints over candles of ours, on good and bad days.

Its clock is its own and is told in the Date header, as an exchange's is: the candle that has not closed by then comes
too, unmarked and with other numbers. Faults wait in a queue; each question for candles takes the next.
"""

import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tradeseal.market.adapters.exchange import Row

RECORDINGS = Path(__file__).resolve().parents[3] / "shared" / "exchange-recordings"
KRAKEN_KEEPS = 720
HOUR = 3600
START = 1_609_459_200  # 2021-01-01T00:00:00Z

Fault = Callable[["_Handler"], bool]


@dataclass
class StandIn:
    """What the exchange knows, what it was asked, and what it will do wrong next."""

    candles: dict[str, list[Row]]
    now: int
    info: dict[str, Any] = field(default_factory=dict)
    interval_s: int = HOUR
    page_most: int = 1000
    port: int = 0
    questions: list[dict[str, str]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    always: Fault | None = None
    always_at: str = "/api/v3/klines"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def page(self, asked: dict[str, str]) -> list[Row]:
        start, limit = int(asked.get("startTime", 0)) // 1000, min(int(asked.get("limit", 500)), self.page_most)
        there = [row for row in self.candles[asked["symbol"]] if start <= row.time < self.now]
        return [self._told(row) for row in there[:limit]]

    def _told(self, row: Row) -> Row:
        finished = row.time + self.interval_s <= self.now
        return row if finished else row._replace(high=row.high * 2, close=row.high * 2, volume=0.5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    exchange: StandIn

    def do_GET(self) -> None:
        path, asked = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
        exchange = self.exchange
        if exchange.always is not None and path.startswith(exchange.always_at) and exchange.always(self):
            return
        if path == "/api/v3/exchangeInfo":
            self.answer(_asked_for(exchange.info, asked))
        elif path == "/api/v3/klines":
            exchange.questions.append(asked)
            self.asked = asked
            if exchange.faults and exchange.faults.popleft()(self):
                return
            self.answer([_kline(row, exchange.interval_s) for row in exchange.page(asked)])
        elif path == "/0/public/AssetPairs":
            self.answer({"error": [], "result": exchange.info})
        elif path == "/0/public/OHLC":
            exchange.questions.append(asked)
            self.asked = asked
            if exchange.faults and exchange.faults.popleft()(self):
                return
            self.answer(_of_kraken(exchange, asked))
        else:
            self.answer({"code": -1, "msg": "no such endpoint"}, 404)

    def answer(self, what: Any, status: int = 200, **headers: str) -> None:
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(self.exchange.now, usegmt=True)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A customer who left before his answer is no news."""


@contextmanager
def open_for_business(exchange: StandIn) -> Iterator[StandIn]:
    """Serve on a free port of loopback until the block ends."""
    handler = type("Handler", (_Handler,), {"exchange": exchange})
    server = _Server(("127.0.0.1", 0), handler)
    exchange.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield exchange
    finally:
        server.shutdown()
        server.server_close()


# Bad days.


def status(code: int, body: Any = None, **headers: str) -> Fault:
    def fault(handler: _Handler) -> bool:
        handler.answer(body if body is not None else {"code": -1, "msg": f"status {code}"}, code, **headers)
        return True

    return fault


def html(code: int) -> Fault:
    """A gateway's page in place of the exchange's words."""

    def fault(handler: _Handler) -> bool:
        body = b"<html><body>Bad gateway</body></html>"
        handler.send_response(code)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        return True

    return fault


def time_out(seconds: float) -> Fault:
    def fault(handler: _Handler) -> bool:
        time.sleep(seconds)
        return False

    return fault


def cut_off(*, honest_length: bool) -> Fault:
    """Half a body: with the length of the whole one, or with its own, so that only its text shows it."""

    def fault(handler: _Handler) -> bool:
        body = json.dumps([_kline(row, HOUR) for row in handler.exchange.page(handler.asked)]).encode()
        half = body[: len(body) // 2]
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body) if honest_length else len(half)))
        handler.end_headers()
        handler.wfile.write(half)
        handler.close_connection = True
        return True

    return fault


def hang_up(handler: _Handler) -> bool:
    """The connection is closed without an answer."""
    handler.close_connection = True
    return True


def reshaped(change: Callable[[list[Row], StandIn, dict[str, str]], list[Row]]) -> Fault:
    def fault(handler: _Handler) -> bool:
        rows = change(handler.exchange.page(handler.asked), handler.exchange, handler.asked)
        handler.answer([_kline(row, HOUR) for row in rows])
        return True

    return fault


def _overlap(rows: list[Row], exchange: StandIn, asked: dict[str, str]) -> list[Row]:
    before = {**asked, "startTime": str(int(asked["startTime"]) - 5 * HOUR * 1000)}
    return exchange.page(before)[:5] + rows + rows[-3:]


empty = reshaped(lambda rows, exchange, asked: [])
backwards = reshaped(lambda rows, exchange, asked: rows[::-1])
overlapping = reshaped(_overlap)
short = reshaped(lambda rows, exchange, asked: rows[:7])
not_candles = status(200, {"msg": "hello"})
an_error_with_200 = status(200, {"code": -1003, "msg": "Too many requests"})


# What it sells.


def a_history(bars: int, seed: int = 1, start: int = START, without: Sequence[int] = ()) -> list[Row]:
    """Hourly candles of a walk with two decimals; `without` names bars that were never traded."""
    chance = random.Random(seed)
    rows, close = [], 100_00
    for bar in range(bars):
        open_, close = close, max(1_00, close + chance.randint(-150, 150))
        high, low = max(open_, close) + chance.randint(0, 50), min(open_, close) - chance.randint(0, 50)
        numbers = (open_ / 100, high / 100, low / 100, close / 100, chance.randint(0, 10**9) / 1000)
        if bar not in without:
            rows.append(Row(start + bar * HOUR, *numbers))
    return rows


def listed(*symbols: str) -> dict[str, Any]:
    """What an exchange says of these symbols: the recorded answer where it lies beside the checkout, else its like."""
    info: dict[str, Any] | None = _recorded("cryptofeed-BINANCE.0", "/api/v3/exchangeInfo ->")
    if info is None:
        info = {"timezone": "UTC", "rateLimits": [], "symbols": [_symbol(name) for name in symbols]}
    return info | {"symbols": [one for one in info["symbols"] if one["symbol"] in symbols]}


def listed_at_kraken() -> dict[str, Any]:
    """Bitcoin against dollars, whose id at Kraken is not its name."""
    recorded = _recorded("cryptofeed-KRAKEN.0", "/0/public/AssetPairs ->")
    bare = {
        "altname": "XBTUSD",
        "wsname": "XBT/USD",
        "base": "XXBT",
        "quote": "ZUSD",
        "pair_decimals": 1,
        "lot_decimals": 8,
    }
    return {"XXBTZUSD": recorded["result"]["XXBTZUSD"] if recorded else bare}


def _recorded(file: str, question: str) -> Any:
    """The answer that was recorded, or None where the recordings do not lie beside the checkout."""
    if not (RECORDINGS / file).exists():
        return None
    line = next(line for line in (RECORDINGS / file).read_text().splitlines() if question in line)
    return json.loads(line.split(": ", 1)[1])


def _symbol(name: str) -> dict[str, Any]:
    return {
        "symbol": name, "status": "TRADING", "baseAsset": name.removesuffix("USDT"), "quoteAsset": "USDT",
        "isSpotTradingAllowed": True, "permissions": ["SPOT"],
        "filters": [{"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01"}],
    }  # fmt: skip


def _asked_for(info: dict[str, Any], asked: dict[str, str]) -> Any:
    if "symbols" not in asked:
        return info
    names = json.loads(asked["symbols"])
    return info | {"symbols": [one for one in info["symbols"] if one["symbol"] in names]}


def _of_kraken(exchange: StandIn, asked: dict[str, str]) -> dict[str, Any]:
    """Times in seconds, `since` left out itself, and never more than the newest 720."""
    newest = exchange.page({"symbol": asked["pair"], "limit": "1000000"})[-KRAKEN_KEEPS:]
    rows = [row for row in newest if row.time > int(asked.get("since", 0))]
    told = [[row.time, *(format(v, ".8f") for v in row[1:5]), "0", format(row.volume, ".8f"), 9] for row in rows]
    return {"error": [], "result": {asked["pair"]: told, "last": newest[-1].time}}


def _kline(row: Row, interval_s: int) -> list[Any]:
    words = [format(value, ".8f") for value in row[1:]]
    return [row.time * 1000, *words, (row.time + interval_s) * 1000 - 1, "0", 10, "0", "0", "0"]
