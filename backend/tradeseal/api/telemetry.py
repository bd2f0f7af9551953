"""Telemetry: engine, cycles, chain, store and listeners as Prometheus sees them, read at each scrape.

Knows prometheus_client's families and the ports. Knows nothing of requests: `metrics` counts those.
"""

from collections.abc import Callable, Iterator
from typing import Final, get_args

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tradeseal.api.ports import EngineStatus, Phase, Ports
from tradeseal.api.rules import RULES
from tradeseal.readmodels.published import Queries

OUTCOMES: Final = ("settled", "rejected", "refused", "skipped", "released")
QUANTILES: Final = (("0.5", "p50_us"), ("0.99", "p99_us"))


class Telemetry(Collector):
    """Answers from the first second; what is not known yet is left out, never zero."""

    def __init__(self, ports: Ports, listeners: Callable[[], int]) -> None:
        self._ports = ports
        self._listeners = listeners

    def collect(self) -> Iterator[Metric]:
        """Every family, read now."""
        yield from _engine(self._ports.status())
        yield _gauge("websocket_clients", "Open WebSockets.", float(self._listeners()))
        if self._ports.queries is not None:
            yield from _store(self._ports.queries)
            yield from _cycles(self._ports.queries.counters())
            yield from _steps(self._ports.queries)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"tradeseal_{name}", text, value=value)


def _engine(status: EngineStatus) -> Iterator[Metric]:
    phases = GaugeMetricFamily(
        "tradeseal_engine_phase", "1 for the engine's phase, 0 for all others.", labels=["phase"]
    )
    for phase in get_args(Phase):
        phases.add_metric([phase], float(status.phase == phase))
    yield phases
    for name, text, value in (
        ("bars_done", "Bars finished.", status.candles_done),
        ("bars_total", "Bars of the run.", status.candles_total),
        ("data_clock_seconds", "The data's clock, Unix seconds.", status.data_clock),
        ("chain_block_number", "The chain's newest block.", status.chain.block),
        ("chain_block_time_seconds", "Time of the chain's newest block, Unix seconds.", status.chain.block_time),
    ):
        if value is not None:
            yield _gauge(name, text, float(value))


def _store(queries: Queries) -> Iterator[Metric]:
    last, folded = queries.last_event()[0], queries.position()
    yield _gauge("store_events", "Position of the newest event.", float(last))
    yield _gauge("views_position", "The last position that every view has folded.", float(folded))
    yield _gauge("views_lag", "Events that the views have not folded yet.", float(max(last - folded, 0)))
    yield _gauge("views_stopped", "1 when a view stopped at an event it cannot fold.", float(bool(queries.poisoned())))


def _cycles(counted: dict[str, int]) -> Iterator[Metric]:
    outcomes = CounterMetricFamily("tradeseal_cycles", "Cycles that ended, by outcome.", labels=["outcome"])
    for outcome in OUTCOMES:
        outcomes.add_metric([outcome.upper()], float(counted.get(outcome, 0)))
    yield outcomes
    rejections = CounterMetricFamily("tradeseal_rejections", "Rejections, by each rule that failed.", labels=["rule"])
    for rule in RULES:
        rejections.add_metric([rule], float(counted.get(f"rejected:{rule}", 0)))
    yield rejections


def _steps(queries: Queries) -> Iterator[Metric]:
    text = "Seconds of a step of the cycle since the home began, from its events; `cycle` is signal to settled."
    seconds = GaugeMetricFamily("tradeseal_step_seconds", text, labels=["step", "quantile"])
    observed = CounterMetricFamily("tradeseal_step_observations", "How many each step was measured.", labels=["step"])
    for step, found in sorted(queries.results.latencies().items()):
        observed.add_metric([step], float(found.observations))
        for quantile, name in QUANTILES:
            value = getattr(found, name)
            if value is not None:
                seconds.add_metric([step, quantile], value / 1e6)
    yield seconds
    yield observed
