"""Research: back-tests, strategies and calibration in the shapes of the schemas.

Knows the schemas' words. Knows nothing of HTTP or of how a number is computed.
"""

from collections.abc import Mapping
from typing import Any, Final

from tradeseal.api.ports import Ports
from tradeseal.kernel.clock import iso_utc
from tradeseal.readmodels.published import decimal_text

_BETWEEN: Final = ("skill", "ece", "hit_rate")
_NUMBERS: Final = (
    "base_rate", "mean_confidence", "brier", "brier_of_base_rate", "log_loss", "ece_floor", "auc", "gate", "coverage",
)  # fmt: skip


def calibration(ports: Ports) -> dict[str, Any]:
    """The scores of the home's signals."""
    found = ports.the_research().calibration()
    return {
        **found,
        "as_of": iso_utc(found["as_of"]),
        **{name: decimal_text(found[name]) for name in _NUMBERS},
        **{name: _numbers(found[name]) for name in _BETWEEN},
        "bins": [_numbers(one) for one in found["bins"]],
    }


def backtests(ports: Ports) -> dict[str, Any]:
    """Stored runs and jobs."""
    research = ports.the_research()
    return {"runs": list(research.runs()), "jobs": [dict(one.to_json()) for one in research.jobs()]}


def _numbers(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {name: decimal_text(value) if isinstance(value, float) else value for name, value in found.items()}
