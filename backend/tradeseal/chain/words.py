"""Words: ABI-encoded bytes to plain values, for the types that our contracts use, at a tenth of eth_abi's cost.

Knows 32-byte words, offsets and lengths. What it reads was accepted or emitted by a contract, so paddings are not
checked again; bytes that are too short raise `ValueError`. A test compares it with eth_abi on arbitrary values.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

Decoder = Callable[[bytes, int], Any]  # data, where the value's head begins
WORD = 32
COUNT_MAX = 1 << 20


@cache
def decoder_of(types: tuple[str, ...]) -> Callable[[bytes], tuple[Any, ...]]:
    """What reads values of these types that stand one after the other."""
    read = _tuple(types)
    return lambda data: read(data, 0)


def _tuple(types: Sequence[str]) -> Callable[[bytes, int], tuple[Any, ...]]:
    """A tuple's parts: a static one stands in its place, of a dynamic one an offset from the tuple's beginning."""
    plan: list[tuple[int, bool, Decoder]] = []
    at = 0
    for kind in types:
        dynamic = is_dynamic(kind)
        plan.append((at, dynamic, _decoder(kind)))
        at += WORD if dynamic else size_of(kind)
    steps = tuple(plan)

    def read(data: bytes, begin: int) -> tuple[Any, ...]:
        return tuple(
            decode(data, begin + _number(data, begin + at)) if dynamic else decode(data, begin + at)
            for at, dynamic, decode in steps
        )

    return read


@cache
def _decoder(kind: str) -> Decoder:
    if kind.endswith("]"):
        return _array(kind)
    if kind.startswith("("):
        return _tuple(parts_of(kind))
    if kind == "bytes":
        return _bytes
    if kind == "string":
        return lambda data, at: _bytes(data, at).decode()
    if kind == "address":
        return lambda data, at: "0x" + _word(data, at)[12:].hex()
    if kind == "bool":
        return lambda data, at: _number(data, at) != 0
    if kind.startswith("bytes"):
        length = int(kind[5:])
        return lambda data, at: _word(data, at)[:length]
    if kind.startswith("uint"):
        return _number
    if kind.startswith("int"):
        return lambda data, at: int.from_bytes(_word(data, at), signed=True)
    raise ValueError(f"no decoder for {kind}")


def _array(kind: str) -> Decoder:
    element, _, length = kind[:-1].rpartition("[")
    if length:
        return _tuple([element] * int(length))
    step = WORD if is_dynamic(element) else size_of(element)
    one, dynamic = _decoder(element), is_dynamic(element)

    def read(data: bytes, at: int) -> tuple[Any, ...]:
        count, begin = _number(data, at), at + WORD
        if count > COUNT_MAX or begin + count * step > len(data):
            raise ValueError("an array is longer than its bytes")
        places = range(begin, begin + count * step, step)
        if dynamic:
            return tuple(one(data, begin + _number(data, place)) for place in places)
        return tuple(one(data, place) for place in places)

    return read


def _bytes(data: bytes, at: int) -> bytes:
    length = _number(data, at)
    found = data[at + WORD : at + WORD + length]
    if len(found) != length:
        raise ValueError("bytes end too early")
    return found


def _word(data: bytes, at: int) -> bytes:
    found = data[at : at + WORD]
    if len(found) != WORD:
        raise ValueError("a word is missing")
    return found


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(_word(data, at))


@cache
def is_dynamic(kind: str) -> bool:
    """Whether a value of this type has no fixed length."""
    if kind in ("bytes", "string") or kind.endswith("[]"):
        return True
    if kind.endswith("]"):
        return is_dynamic(kind[: kind.rindex("[")])
    return kind.startswith("(") and any(map(is_dynamic, parts_of(kind)))


@cache
def size_of(kind: str) -> int:
    """How many bytes a value of a fixed length takes."""
    if kind.endswith("]"):
        element, _, length = kind[:-1].rpartition("[")
        return int(length) * size_of(element)
    return sum(map(size_of, parts_of(kind))) if kind.startswith("(") else WORD


def parts_of(kind: str) -> list[str]:
    """The types in a tuple's brackets."""
    parts, depth, begin = [], 0, 1
    for place, letter in enumerate(kind):
        depth += (letter == "(") - (letter == ")")
        if (letter == "," and depth == 1) or (letter == ")" and depth == 0):
            parts.append(kind[begin:place])
            begin = place + 1
    return [part for part in parts if part]
