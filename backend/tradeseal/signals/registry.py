"""The registry: which strategies there are, shipped, installed as packages, or as files in a folder.

Knows entry points and files. A plug-in is code that runs in this process with all its rights: only its name is looked
up here, nothing is fetched, and what a folder holds is loaded only when somebody named the folder.
"""

import importlib.util
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

from tradeseal.kernel.errors import Refused
from tradeseal.kernel.nearest import did_you_mean
from tradeseal.signals.ema_cross import EmaCrossStrategy
from tradeseal.signals.gradient_boosting import GradientBoostingStrategy
from tradeseal.signals.mean_reversion import MeanReversionStrategy
from tradeseal.signals.scored import ScoredStrategy
from tradeseal.signals.technical import TechnicalStrategy
from tradeseal.signals.trend import TrendStrategy

GROUP: Final = "tradeseal.strategies"
_SHIPPED: Final = (
    TechnicalStrategy,
    TrendStrategy,
    MeanReversionStrategy,
    EmaCrossStrategy,
    GradientBoostingStrategy,
)


@dataclass(frozen=True)
class Found:
    """A strategy that can be named, and where it comes from."""

    name: str
    origin: str
    kind: type[ScoredStrategy]

    def to_json(self) -> dict[str, Any]:
        """What a person may choose, and what it is."""
        return {
            "name": self.name,
            "origin": self.origin,
            "about": self.kind.about,
            "learns": self.kind.learns,
            "parameters": [{"name": name, **asdict(one)} for name, one in self.kind.all_parameters().items()],
        }


def known_strategies(folder: Path | None = None) -> Mapping[str, Found]:
    """All strategies by name; two of one name are refused, for nobody could say which one traded."""
    known: dict[str, Found] = {}
    for found in (*_shipped(), *_installed(), *_in_folder(folder)):
        other = known.get(found.name)
        if other is not None:
            raise Refused(
                "STRATEGY_NAMED_TWICE",
                f"{other.origin} and {found.origin} are both called {found.name}.",
                name=found.name,
            )
        known[found.name] = found
    return known


def find_strategy(name: str, chosen: Mapping[str, int] | None = None, folder: Path | None = None) -> ScoredStrategy:
    """A strategy by its name with its parameters; refuses names and parameters that do not exist."""
    known = known_strategies(folder)
    if name not in known:
        raise Refused(
            "UNKNOWN_STRATEGY",
            f"There is no strategy {name}; there are {', '.join(sorted(known))}.{did_you_mean(name, sorted(known))}",
            got=name, known=sorted(known),
        )  # fmt: skip
    kind, parameters = known[name].kind, known[name].kind.all_parameters()
    for parameter in chosen or {}:
        if parameter not in parameters:
            raise Refused(
                "UNKNOWN_PARAMETER",
                f"{name} has no parameter {parameter}; it has {', '.join(parameters)}."
                f"{did_you_mean(parameter, parameters)}",
                strategy=name, parameter=parameter, known=list(parameters),
            )  # fmt: skip
    return kind(**(chosen or {}))


def _shipped() -> Iterator[Found]:
    for kind in _SHIPPED:
        yield Found(kind.name, "shipped", kind)


def _installed() -> Iterator[Found]:
    for point in entry_points(group=GROUP):
        try:
            kind = point.load()
        except Exception as error:
            raise Refused(
                "STRATEGY_UNREADABLE", f"The plug-in {point.value} raised {error!r}.", got=point.value
            ) from error
        yield Found(_named(kind, point.value), point.value, kind)


def _in_folder(folder: Path | None) -> Iterator[Found]:
    if folder is None:
        return
    if not folder.is_dir():
        raise Refused("NO_STRATEGIES", f"{folder} is no folder of strategies.", got=str(folder))
    for path in sorted(folder.glob("*.py")):
        for kind in _kinds(path):
            yield Found(_named(kind, path.name), path.name, kind)


def _kinds(path: Path) -> Iterator[type[ScoredStrategy]]:
    spec = importlib.util.spec_from_file_location(f"tradeseal_strategy_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise Refused(
            "STRATEGY_UNREADABLE", f"{path.name} raised {error!r}.", got=str(path), cause=repr(error)
        ) from error
    for value in vars(module).values():
        if inspect.isclass(value) and issubclass(value, ScoredStrategy) and value.__module__ == module.__name__:
            # `inspect` knows the files of imported modules only.
            value.source_file = str(path)
            yield value


def _named(kind: Any, where: str) -> str:
    if not (inspect.isclass(kind) and issubclass(kind, ScoredStrategy) and kind.name):
        raise Refused("STRATEGY_UNREADABLE", f"{where} is no strategy with a name.", got=where)
    return str(kind.name)
