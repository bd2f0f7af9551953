"""Messages of the WebSocket: a snapshot, then changes with sequence numbers.

Knows the words of the stream. Knows nothing of sockets. Reconnect with `/ws?after=<last seq>`: if the
server still holds what followed, it sends only that, else a snapshot.
"""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from tradeseal.api.schemas.base import Answer, Time
from tradeseal.api.schemas.dashboard import (
    BookNumbers,
    Counters,
    Cycle,
    Dashboard,
    EquityPoint,
    Gauge,
    Health,
    MarketSetting,
    PendingSignal,
    Position,
    Price,
    Rejection,
    Status,
)
from tradeseal.api.schemas.records import Head


class _Change(Answer):
    seq: int


class SnapshotMessage(_Change):
    """The whole picture; forget what was before."""

    type: Literal["snapshot"]
    data: Dashboard


class StatusMessage(_Change):
    """The engine's status changed."""

    type: Literal["status"]
    data: Status


class PricesMessage(_Change):
    """Markets whose price changed; others stay."""

    type: Literal["prices"]
    data: list[Price]


class Book(Answer):
    """The book with its gauges and positions: they change together."""

    book: BookNumbers
    gauges: list[Gauge]
    positions: list[Position]


class BookMessage(_Change):
    """The book changed."""

    type: Literal["book"]
    data: Book


class EquityMessage(_Change):
    """New points to append; one with a known time replaces it."""

    type: Literal["equity"]
    data: list[EquityPoint]


class CycleMessage(_Change):
    """A cycle opened, went a step further or closed; replace it by `id`."""

    type: Literal["cycle"]
    data: Cycle


class RejectionMessage(_Change):
    """The contract said no."""

    type: Literal["rejection"]
    data: Rejection


class MarketsMessage(_Change):
    """Modes or waiting signals changed."""

    type: Literal["markets"]
    data: list[MarketSetting]


class PendingMessage(_Change):
    """The list of signals that wait for a person."""

    type: Literal["pending"]
    data: list[PendingSignal]


class CountersMessage(_Change):
    """What happened so far."""

    type: Literal["counters"]
    data: Counters


class HealthMessage(_Change):
    """A part came alive, fell ill or fell silent."""

    type: Literal["health"]
    data: Health


class HeadsMessage(_Change):
    """The newest head of each book, as `/api/heads` tells it, at most once a second: what a witness keeps."""

    type: Literal["heads"]
    data: list[Head]


class HeartbeatMessage(Answer):
    """Sent every second without another message; `seq` is the last one sent, not a new one."""

    type: Literal["heartbeat"]
    seq: int
    time: Time


class StreamMessage(
    RootModel[
        Annotated[
            SnapshotMessage
            | StatusMessage
            | PricesMessage
            | BookMessage
            | EquityMessage
            | CycleMessage
            | RejectionMessage
            | MarketsMessage
            | PendingMessage
            | CountersMessage
            | HealthMessage
            | HeadsMessage
            | HeartbeatMessage,
            Field(discriminator="type"),
        ]
    ]
):
    """Any message of `/ws`."""
