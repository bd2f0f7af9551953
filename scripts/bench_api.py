"""Benchmark: every list of the API on a home as it is, and the dashboard beside the same server's empty route.

Run `.venv/bin/python scripts/bench_api.py HOME [--calls 40] [--seconds 5] [--connections 50]`. Serves the read models
in a process of its own, without an engine, through the product's own server: gate, logs and all. Each list is asked one
call at a time; the two routes are loaded in turns, so that both meet the same machine. Prints figures and the load.
"""

import argparse
import asyncio
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "backend"))

EMPTY = "/empty"
LISTS = (
    "/api/trades/history?limit=50",
    "/api/trades/history?limit=50&cursor=600000",
    "/api/trades/history?market={first}&side=SELL&outcome=SETTLED",
    "/api/trades/history?rule=RULE-03",
    "/api/trades/history?outcome=SKIPPED",
    "/api/trades/history?from=2022-01-01&to=2022-02-01",
    "/api/smartcontract/records?limit=50",
    "/api/smartcontract/records?market={second}&kind=SELL_FILL",
    "/api/oracle/verifications?limit=50",
    "/api/oracle/verifications?outcome=FAILED",
    "/api/events?after=500000&limit=100",
    "/api/events?after=500000&topic=TradeRejected",
    "/api/events?from=2026-01-01&limit=100",
    "/api/smartcontract/records?rule=RULE-03",
    "/api/portfolio?position=600000",
    "/api/analytics",
    "/api/dashboard",
    "/metrics",
)


class StillEngine:
    """An engine that has finished: it only says which markets there are."""

    def __init__(self, markets: Sequence[str], data_clock: int) -> None:
        from tradeseal.api.ports import ChainInfo, DataInfo, EngineStatus  # noqa: PLC0415 - only the server needs it

        self._status = EngineStatus(
            mode="replay", book_class="SIMULATED", book_name="demo", initial_cash_e8=10_000 * 10**8, phase="FINISHED",
            data=DataInfo(label="benchmark", synthetic=True, interval_s=3600, markets=tuple(markets)),
            chain=ChainInfo(kind="none"), data_clock=data_clock,
        )  # fmt: skip

    def status(self) -> Any:
        return self._status

    def book(self) -> None:
        return None

    def gauges(self) -> Sequence[Any]:
        return ()

    def prices(self) -> Sequence[Any]:
        return ()

    def modes(self) -> Mapping[str, str]:
        return {}

    def asking(self) -> Sequence[Any]:
        return ()


def serve(home: Path, port: int) -> None:
    """The product's server over a home's views."""
    from fastapi.responses import Response  # noqa: PLC0415 - only this process needs the server

    from tradeseal.api.access import Gatekeeper  # noqa: PLC0415
    from tradeseal.api.ports import Ports  # noqa: PLC0415
    from tradeseal.api.server import Server  # noqa: PLC0415
    from tradeseal.ledger.published import EventLog  # noqa: PLC0415
    from tradeseal.readmodels.published import open_read_models  # noqa: PLC0415
    from tradeseal.serving import log_to  # noqa: PLC0415

    log_to(home / "logs")
    views = open_read_models(home / "views", EventLog(home / "ledger.sqlite"))
    views.follower.catch_up()
    counted = views.queries.counters()
    print(f"{counted['settled']} settled trades, {views.queries.last_event()[0]} events", flush=True)
    views.follower.start()
    (last,) = views.queries.equity(2)[-1:]
    engine: Any = StillEngine(views.queries.setting("book")["markets"], last["close_time"])
    server = Server(Ports(status=engine.status, engine=engine, queries=views.queries), Gatekeeper("b" * 40))

    async def empty() -> Response:
        return Response(b"{}", media_type="application/json")

    server.fastapi.add_api_route(EMPTY, empty)
    server.uvicorn(port=port).run()


def times_of(port: int, path: str, calls: int) -> list[float]:
    """Seconds of each call, one after another on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times = []
    for _ in range(calls):
        began = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - began)
        if answer.status != 200:
            raise SystemExit(f"{path} answers {answer.status}")
    connection.close()
    return times


async def load(port: int, path: str, connections: int, seconds: float) -> list[float]:
    """Seconds of each call from so many connections that are kept open."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    times: list[float] = []
    ends = time.perf_counter() + seconds

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        while time.perf_counter() < ends:
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            times.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(ask() for _ in range(connections)))
    return times


def cuts(times: Sequence[float]) -> str:
    """p50 and p99 in milliseconds."""
    found = statistics.quantiles(times, n=100, method="inclusive")
    return f"p50 {found[49] * 1e3:8.1f} ms   p99 {found[98] * 1e3:8.1f} ms"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until the server answers; views that are behind are folded first."""
    while process.poll() is None:
        try:
            times_of(port, "/api/health/live", 1)
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server ended")


def measure(port: int, markets: Sequence[str], calls: int, seconds: float, connections: int) -> None:
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for path in (each.format(first=markets[0], second=markets[-1]) for each in LISTS):
        times_of(port, path, 2)
        print(f"{path:62} {cuts(times_of(port, path, calls))}", flush=True)
    rates: dict[str, list[float]] = {"/api/dashboard": [], EMPTY: []}
    times: dict[str, list[float]] = {"/api/dashboard": [], EMPTY: []}
    for _ in range(3):
        for path, each in rates.items():
            found = asyncio.run(load(port, path, connections, seconds))
            each.append(len(found) / seconds)
            times[path] += found
    for path, each in rates.items():
        print(f"{path:20} {connections} connections: {statistics.mean(each):8,.0f} calls/s   {cuts(times[path])}")
    share = statistics.mean(rates["/api/dashboard"]) / statistics.mean(rates[EMPTY])
    print(f"dashboard ÷ empty route: {share:.2f}; load of the machine: {os.getloadavg()[0]:.1f}")


def main() -> None:
    """Serve, measure, end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("home", type=Path)
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--serve", type=int, default=0, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.home, chosen.serve)
        return
    port = free_port()
    with subprocess.Popen([sys.executable, __file__, str(chosen.home), "--serve", str(port)]) as process:
        try:
            wait_for(port, process)
            markets = [
                market.partition("-")[0]
                for market in json.loads((chosen.home / "manifest.json").read_text())["markets"]
            ]
            measure(port, markets, chosen.calls, chosen.seconds, chosen.connections)
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
