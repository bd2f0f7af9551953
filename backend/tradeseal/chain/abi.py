"""ABI: calls, events and errors of a contract as bytes and as named values, by the compiler's own description.

Knows the description. Knows nothing of what any contract means.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec

from tradeseal.chain.reading import Values, listed_reader, named_reader, type_of
from tradeseal.chain.words import decoder_of, encoder_of
from tradeseal.oracle.published import keccak

# How pyrevm words the data of a revert.
PYREVM_SAID = re.compile(r"output: 0x([0-9a-f]*)")
PANIC, REVERT = bytes.fromhex("4e487b71"), bytes.fromhex("08c379a0")


class Logged(msgspec.Struct, frozen=True):
    """One decoded event: where it stood, its name and its values by name."""

    address: str
    index: int
    name: str
    values: Values


def decode(types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """The values of these types that stand one after the other."""
    return decoder_of(tuple(types))(data)


class Abi:
    """One contract's ABI."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self.entries = entries
        self._functions = {entry["name"]: _Function(entry) for entry in entries if entry["type"] == "function"}
        self._events = {event.topic: event for event in map(_Event, _of_type(entries, "event"))}
        self._errors = {error.selector: error for error in map(_Function, _of_type(entries, "error"))}
        self._constructor = [_types(entry["inputs"]) for entry in _of_type(entries, "constructor")]

    def call(self, name: str, *arguments: Any) -> bytes:
        """The call data of a function."""
        function = self._functions[name]
        return function.selector + function.encode(arguments) if arguments else function.bare

    def creation(self, code: bytes, *arguments: Any) -> bytes:
        """The data of a transaction that creates the contract."""
        return code + encoder_of(tuple(self._constructor[0]) if self._constructor else ())(arguments)

    def result(self, name: str, data: bytes) -> list[Any]:
        """What a function returned; structs as dictionaries."""
        return self._functions[name].result(data)

    def arguments(self, data: bytes) -> tuple[str, Values] | None:
        """Which function was called with what; None for a call of somebody else."""
        for function in self._functions.values():
            if data[:4] == function.selector:
                return function.name, function.values(data[4:])
        return None

    def logged(self, log: Mapping[str, Any]) -> Logged | None:
        """A node's log as an event; None for an event of somebody else. Words are hex, or bytes as they are."""
        topics = [_plain(topic) for topic in log["topics"]]
        event = self._events.get(topics[0]) if topics else None
        if event is None:
            return None
        values = event.values(b"".join([*topics[1:], _plain(log["data"])]))
        return Logged(str(log["address"]).lower(), int(log.get("logIndex", "0x0"), 16), event.name, values)

    def error(self, data: bytes) -> str:
        """A revert's data in words: `PriceTooGood(id=0x…, got=1, best=2)`."""
        selector = data[:4]
        if selector == REVERT:
            return str(decode(["string"], data[4:])[0])
        if selector == PANIC:
            return f"Panic({decode(['uint256'], data[4:])[0]})"
        error = self._errors.get(selector)
        if error is None:
            return f"0x{data.hex()}" if data else "no reason given"
        return f"{error.name}({', '.join(f'{key}={text(value)}' for key, value in error.values(data[4:]).items())})"


class _Function:
    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.name = str(entry["name"])
        types = tuple(_types(entry["inputs"]))
        self.encode = encoder_of(types)
        self.selector = keccak(f"{self.name}({','.join(types)})".encode())[:4]
        self._entry = entry

    @cached_property
    def bare(self) -> bytes:
        """The call data of a function that takes nothing."""
        return self.selector + self.encode(())

    @cached_property
    def values(self) -> Callable[[bytes], Values]:
        """Reads its arguments."""
        return named_reader(self._entry["inputs"])

    @cached_property
    def result(self) -> Callable[[bytes], list[Any]]:
        """Reads its answers."""
        return listed_reader(self._entry.get("outputs", []))


class _Event:
    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.name = str(entry["name"])
        self.topic = keccak(f"{self.name}({','.join(_types(entry['inputs']))})".encode())
        self._entry = entry

    @cached_property
    def values(self) -> Callable[[bytes], Values]:
        """Reads its indexed values, which are words, one topic each, and the data behind them."""
        indexed = [field for field in self._entry["inputs"] if field["indexed"]]
        body = [field for field in self._entry["inputs"] if not field["indexed"]]
        return named_reader([*indexed, *body], before=len(indexed))


def _plain(words: str | bytes) -> bytes:
    return words if isinstance(words, bytes) else bytes.fromhex(words[2:])


def text(value: Any) -> str:
    """A value as events and messages show it: bytes and addresses as hex, numbers in full, structs as their fields."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {text(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(text, value)) + "]"
    return str(value)


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Named values as events keep them."""
    return {name: text(value) for name, value in values.items()}


def _types(fields: Sequence[Mapping[str, Any]]) -> list[str]:
    return [type_of(field) for field in fields]


def _of_type(entries: Sequence[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    return [entry for entry in entries if entry["type"] == kind]
