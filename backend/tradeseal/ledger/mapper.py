"""The mapper: events to readable JSON bytes and back, validated against the types of their fields.

Knows msgspec and the library's event classes. Knows nothing of what an event means.
"""

from collections.abc import Hashable
from functools import cache
from typing import Any, TypedDict, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, MapperDeserialisationError, StoredEvent, Transcoder
from eventsourcing.utils import TopicError, get_topic, resolve_topic

_encoder = msgspec.json.Encoder(order="deterministic")
_IDENTITY = ("originator_id", "originator_version")


class MsgspecTranscoder(Transcoder):
    """JSON by msgspec, for the library's places that ask for a transcoder."""

    def encode(self, obj: Any) -> bytes:
        return _encoder.encode(obj)

    def decode(self, data: bytes) -> Any:
        return msgspec.json.decode(data)


@cache
def _decoder(event_class: Hashable) -> msgspec.json.Decoder[dict[str, Any]]:
    hints = {name: hint for name, hint in get_type_hints(event_class).items() if name not in _IDENTITY}
    fields = {name: hint for name, hint in hints.items() if name in getattr(event_class, "__dataclass_fields__", {})}
    return msgspec.json.Decoder(TypedDict(f"{event_class}State", fields))  # type: ignore[operator]


@cache
def fields_of(topic: str) -> frozenset[str] | None:
    """The fields that an event of this topic may have; None for a topic that nobody here knows."""
    try:
        event_class = resolve_topic(topic)
    except TopicError:
        return None
    return frozenset(getattr(event_class, "__dataclass_fields__", {})) - set(_IDENTITY)


class MsgspecMapper(Mapper[UUID]):
    """Stores an event's fields as one JSON object; reading checks every field's type."""

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        state = dict(vars(domain_event))
        originator_id = state.pop("originator_id")
        originator_version = state.pop("originator_version")
        return StoredEvent(
            originator_id=originator_id,
            originator_version=originator_version,
            topic=get_topic(type(domain_event)),
            state=_encoder.encode(state),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        event_class = resolve_topic(stored_event.topic)
        try:
            state: dict[str, Any] = dict(_decoder(event_class).decode(stored_event.state))
        except msgspec.MsgspecError as error:
            raise MapperDeserialisationError(
                f"Event {stored_event.originator_version} of {stored_event.originator_id} "
                f"({stored_event.topic}) does not read: {error}"
            ) from error
        state["originator_id"] = stored_event.originator_id
        state["originator_version"] = stored_event.originator_version
        domain_event: DomainEventProtocol[UUID] = object.__new__(event_class)
        object.__setattr__(domain_event, "__dict__", state)
        return domain_event
