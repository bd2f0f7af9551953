"""The aggregate: the library's, whose events are made and applied by the shortest way.

Knows that an event is its fields, and that the method it was decided in changes the aggregate by them. The library
looks up names and signatures at each event, builds a frozen data class and reads it back; this takes a fifth of that.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, Self
from uuid import UUID

from eventsourcing.application import Repository
from eventsourcing.domain import Aggregate as LibraryAggregate
from eventsourcing.domain import CommandMethodDecorator, decorated_func_callers, decorated_funcs
from eventsourcing.utils import get_topic


class Aggregate(LibraryAggregate):
    """A cluster of facts that change together, folded from its events."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, method in list(vars(cls).items()):
            if isinstance(method, CommandMethodDecorator) and method in decorated_func_callers:
                setattr(cls, name, _command(decorated_func_callers[method], method.decorated_func))

    @classmethod
    def _create(cls, event_class: Any, *, id: UUID | None = None, **kwargs: Any) -> Self:
        """Begin an aggregate whose identity is known; a field that is missing or too many raises `TypeError`."""
        if id is None:
            return super()._create(event_class, **kwargs)
        stamp, version = event_class.create_timestamp(), cls.INITIAL_VERSION
        begun = cls.__new__(cls)
        begun.__base_init__(originator_id=id, originator_version=version, timestamp=stamp)
        begun.__init__(**kwargs)  # type: ignore[misc]
        known = {"originator_id": id, "originator_version": version, "timestamp": stamp}
        event = object.__new__(event_class)
        object.__setattr__(event, "__dict__", {**known, "originator_topic": get_topic(cls), **kwargs})
        begun.pending_events.append(event)
        return begun

    def trigger_event(self, event_class: Any, **kwargs: Any) -> None:
        """Decide one event; a field that is missing or too many raises `TypeError`, and nothing is changed."""
        self._add_event(event_class, decorated_funcs[event_class], kwargs)

    def _add_event(self, event_class: Any, decided: Callable[..., None], fields: dict[str, Any]) -> None:
        stamp, version = event_class.create_timestamp(), self._version + 1
        decided(self, **fields)
        event = object.__new__(event_class)
        known = {"originator_id": self._id, "originator_version": version, "timestamp": stamp, **fields}
        object.__setattr__(event, "__dict__", known)
        self._version, self._modified_on = version, stamp
        self._pending_events.append(event)

    def collect_events(self) -> list[Any]:
        """The pending events, which are pending no more."""
        collected, self._pending_events = self._pending_events, []
        return collected


def project(aggregate: Any, events: Iterable[Any]) -> Any:
    """The aggregate that stored events make; the library's projector also asks each whether it is an event at all."""
    for event in events:
        aggregate = event.mutate(aggregate)
    return aggregate


class PlainRepository(Repository[UUID]):
    """The library's repository with the plain projector."""

    def get(self, aggregate_id: UUID, *, projector_func: Any = project, **options: Any) -> Any:
        """The aggregate as its stored events make it."""
        return super().get(aggregate_id, projector_func=projector_func, **options)


def _command(event_class: Any, decided: Callable[..., None]) -> Callable[..., None]:
    """The method as others call it: by names or by places."""
    names = decided.__code__.co_varnames[1 : decided.__code__.co_argcount]

    @wraps(decided)
    def command(self: Aggregate, *args: Any, **kwargs: Any) -> None:
        if args:
            kwargs = _named(decided, names, args, kwargs)
        self._add_event(event_class, decided, kwargs)

    return command


def _named(
    decided: Callable[..., None], names: Sequence[str], args: Sequence[Any], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """All values by their names."""
    if len(args) > len(names):
        raise TypeError(f"{decided.__qualname__} takes {len(names)} values by their places, {len(args)} were given")
    return dict(**dict(zip(names, args, strict=False)), **kwargs)
