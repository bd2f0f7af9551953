"""ABI: calls, events and errors of a contract as bytes and as named values, by the compiler's own description.

Knows the description. Knows nothing of what any contract means.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from tradeseal.chain.words import decoder_of, encoder_of
from tradeseal.oracle.published import keccak

Values = dict[str, Any]
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
        return function.selector + function.encode(arguments)

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
        values = event.values(b"".join(topics[1:]), _plain(log["data"]))
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
        self._decode, self._inputs = decoder_of(types), _namer(entry["inputs"])
        outputs = entry.get("outputs", [])
        self._answer, self._outputs = decoder_of(tuple(_types(outputs))), [_namer_of(field) for field in outputs]

    def values(self, data: bytes) -> Values:
        return self._inputs(self._decode(data))

    def result(self, data: bytes) -> list[Any]:
        found = self._answer(data)
        return [value if name is None else name(value) for name, value in zip(self._outputs, found, strict=True)]


class _Event:
    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.name = str(entry["name"])
        self.topic = keccak(f"{self.name}({','.join(_types(entry['inputs']))})".encode())
        indexed = [field for field in entry["inputs"] if field["indexed"]]
        body = [field for field in entry["inputs"] if not field["indexed"]]
        self._heads, self._indexed = decoder_of(tuple(_types(indexed))), _namer(indexed)
        self._decode, self._body = decoder_of(tuple(_types(body))), _namer(body)

    def values(self, topics: bytes, data: bytes) -> Values:
        """The indexed values are words, one topic each."""
        return self._indexed(self._heads(topics)) | self._body(self._decode(data))


def _plain(words: str | bytes) -> bytes:
    return words if isinstance(words, bytes) else bytes.fromhex(words[2:])


def type_of(field: Mapping[str, Any]) -> str:
    """The canonical type of one field; a struct is the tuple of its fields."""
    kind = str(field["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_types(field['components']))}){kind.removeprefix('tuple')}"


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


def _namer(fields: Sequence[Mapping[str, Any]]) -> Callable[[Sequence[Any]], Values]:
    """What gives values their fields' names, structs inside them too."""
    names, inner = [str(field["name"]) for field in fields], [_namer_of(field) for field in fields]
    structs = [(name, namer) for name, namer in zip(names, inner, strict=True) if namer is not None]

    def named(values: Sequence[Any]) -> Values:
        found = dict(zip(names, values, strict=True))
        for name, namer in structs:
            found[name] = namer(found[name])
        return found

    return named


def _namer_of(field: Mapping[str, Any]) -> Callable[[Any], Any] | None:
    """The namer of one field's value; None where it is no struct."""
    kind = str(field["type"])
    if not kind.startswith("tuple"):
        return None
    if kind.endswith("]"):
        one = _namer_of({**field, "type": kind[: kind.rindex("[")]})
        return one and (lambda values: [one(value) for value in values])
    return _namer(field["components"])


def _types(fields: Sequence[Mapping[str, Any]]) -> list[str]:
    return [type_of(field) for field in fields]


def _of_type(entries: Sequence[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    return [entry for entry in entries if entry["type"] == kind]
