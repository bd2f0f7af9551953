"""Metrics: counts and durations of requests, and the numbers of the engine, as Prometheus text.

Knows prometheus_client. Knows nothing of what the numbers mean.
"""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.registry import Collector

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """One registry for each application: two in one process never meet."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "tradeseal_requests", "Requests by route and status.", ["method", "route", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "tradeseal_request_seconds", "Seconds a request took.", ["route"], buckets=_SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._numbers: dict[str, Gauge] = {}

    def also(self, collector: Collector) -> None:
        """Scrape this one too."""
        self._registry.register(collector)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, numbers: Mapping[str, float]) -> bytes:
        """All of it; `numbers` are the engine's, read now."""
        for name, value in numbers.items():
            if name not in self._numbers:
                self._numbers[name] = Gauge(f"tradeseal_{name}", name.replace("_", " "), registry=self._registry)
            self._numbers[name].set(value)
        return generate_latest(self._registry)
