"""Words: ABI-encoded bytes to plain values and back, for the types that our contracts use.

Knows 32-byte words, offsets and lengths; it takes a tenth of eth_abi's time. What it reads was accepted or emitted by a
contract, so paddings are not checked again; bytes that are too short raise `ValueError`, and so does a value that its
type cannot hold. A test compares both ways with eth_abi on arbitrary values.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from struct import Struct
from typing import Any

# Of the head's numbers those from a place on, with the bytes and where the tuple begins in them: the value.
Finish = Callable[[tuple[Any, ...], int, bytes, int], Any]
# Adds a value to the head's numbers and to the tails; given and told where the next tail goes.
Put = Callable[[list[Any], list[bytes], int, Any], int]
WORD = 32
COUNT_MAX = 1 << 20
# What `struct` packs into one word by itself; the bytes before a small number are zero.
PLAIN = {"uint8": "31xB", "uint16": "30xH", "uint32": "28xI", "uint64": "24xQ", "bool": "31x?"}
OFFSET = PLAIN["uint64"]


@dataclass(frozen=True)
class Layout:
    """How a value stands in the head of its tuple: the words' format and count, and what turns it into words and back.

    `finish` is None for one word that is its own value, `put` for one number that is its own word.
    """

    format: str
    words: int
    finish: Finish | None = None
    put: Put | None = None
    plain: bool = False  # words that are their own values, one after the other


@cache
def decoder_of(types: tuple[str, ...]) -> Callable[[bytes], tuple[Any, ...]]:
    """What reads values of these types that stand one after the other."""
    layout = _tuple(types)
    head, finish = Struct(">" + layout.format), _finish(layout)

    def read(data: bytes) -> tuple[Any, ...]:
        try:
            found: tuple[Any, ...] = finish(head.unpack_from(data), 0, data, 0)
        except struct.error as error:
            raise ValueError(f"a word is missing: {error}") from error
        return found

    return read


@cache
def encoder_of(types: tuple[str, ...]) -> Callable[[Sequence[Any]], bytes]:
    """What writes values of these types one after the other."""
    write = _writer(_tuple(types))

    def encode(values: Sequence[Any]) -> bytes:
        try:
            return write(values)
        except (struct.error, OverflowError, TypeError, IndexError) as error:
            raise ValueError(f"{values!r} is not of the types {', '.join(types)}: {error}") from error

    return encode


@cache
def layout_of(kind: str) -> Layout:
    """How a value of this type stands in the head of its tuple."""
    if is_dynamic(kind):
        read, write = _body(kind)
        return Layout(
            OFFSET,
            1,
            lambda words, at, data, begin: read(data, begin + words[at]),
            lambda head, tails, end, value: _put_tail(head, tails, end, write(value)),
        )
    if kind.endswith("]"):
        element, _, length = kind[:-1].rpartition("[")
        return _tuple((element,) * int(length))
    return _tuple(tuple(parts_of(kind))) if kind.startswith("(") else _word(kind)


@cache
def _word(kind: str) -> Layout:
    """A value of one word."""
    if kind in PLAIN:
        return Layout(PLAIN[kind], 1, plain=True)
    if kind == "address":
        return Layout("12x20s", 1, lambda words, at, *_: "0x" + words[at].hex(), _putter(_address))
    if kind == "bytes32":
        return Layout("32s", 1, None, _put_word, plain=True)
    if kind.startswith("bytes"):
        length = int(kind[5:])
        return Layout(f"{length}s{WORD - length}x", 1, None, _putter(lambda value: _sized(value, length)), plain=True)
    signed = kind.startswith("int")
    if not signed and not kind.startswith("uint"):
        raise ValueError(f"no words for {kind}")
    bits = int(kind.removeprefix("u")[3:])
    return Layout(
        "32s",
        1,
        _signed_number if signed else plain_number,
        _putter(lambda value: _number(value, bits, signed=signed)),
    )


def plain_number(words: tuple[Any, ...], at: int, *_: Any) -> int:
    """The number that one word is."""
    return int.from_bytes(words[at])


def _signed_number(words: tuple[Any, ...], at: int, *_: Any) -> int:
    return int.from_bytes(words[at], signed=True)


def _put_word(head: list[Any], _tails: list[bytes], end: int, value: Any) -> int:
    head.append(_sized(value, WORD))
    return end


def _putter(convert: Callable[[Any], bytes]) -> Put:
    def put(head: list[Any], _tails: list[bytes], end: int, value: Any) -> int:
        head.append(convert(value))
        return end

    return put


def _put_tail(head: list[Any], tails: list[bytes], end: int, tail: bytes) -> int:
    head.append(end)
    tails.append(tail)
    return end + len(tail)


@cache
def _tuple(types: tuple[str, ...]) -> Layout:
    """Parts one after the other: a static one stands in its place, of a dynamic one an offset from the beginning."""
    parts = tuple(map(layout_of, types))
    form, words = "".join(part.format for part in parts), sum(part.words for part in parts)
    plain = all(part.plain and part.words == 1 for part in parts)
    plan, at = [], 0
    for part in parts:
        plan.append((at, part.finish))
        at += part.words
    puts, number = [part.put for part in parts], int.from_bytes

    # The words that stand for themselves and the usual numbers are taken right here: a call for each costs more.
    def finish(found: tuple[Any, ...], first: int, data: bytes, begin: int) -> tuple[Any, ...]:
        return tuple(
            [
                found[first + at]
                if done is None
                else number(found[first + at])
                if done is plain_number
                else done(found, first + at, data, begin)
                for at, done in plan
            ]
        )

    def put(head: list[Any], tails: list[bytes], end: int, value: Any) -> int:
        if len(value) != len(puts):
            raise ValueError(f"{len(value)} values for {len(puts)} fields")
        for one, add in zip(value, puts, strict=True):
            if add is None or (add is _put_word and type(one) is bytes and len(one) == WORD):
                head.append(one)
            else:
                end = add(head, tails, end, one)
        return end

    def slice_of(found: tuple[Any, ...], first: int, *_: Any) -> tuple[Any, ...]:
        return found[first : first + words]

    return Layout(form, words, slice_of if plain else finish, put)


def _finish(layout: Layout) -> Finish:
    return layout.finish or (lambda words, at, *_: words[at])


def _writer(layout: Layout) -> Callable[[Any], bytes]:
    """What writes one value with its tails; offsets count from its own beginning."""
    pack, put = Struct(">" + layout.format).pack, layout.put
    size = layout.words * WORD

    def write(value: Any) -> bytes:
        head: list[Any] = []
        tails: list[bytes] = []
        if put is None:
            head.append(value)
        else:
            put(head, tails, size, value)
        return b"".join((pack(*head), *tails))

    return write


@cache
def _body(kind: str) -> tuple[Callable[[bytes, int], Any], Callable[[Any], bytes]]:
    """What stands where the offset of a dynamic value points: reading and writing."""
    if kind == "bytes":
        return _read_bytes, _bytes
    if kind == "string":
        return lambda data, at: _read_bytes(data, at).decode(), lambda value: _bytes(value.encode())
    if kind.endswith("[]"):
        return _list(kind[:-2])
    element, _, length = kind[:-1].rpartition("[") if kind.endswith("]") else ("", "", "")
    layout = _tuple((element,) * int(length) if length else tuple(parts_of(kind)))
    head, finish = Struct(">" + layout.format), _finish(layout)
    return lambda data, at: finish(head.unpack_from(data, at), 0, data, at), _writer(layout)


def reader_of(kind: str) -> Callable[[bytes, int], Any]:
    """What reads a dynamic value where its offset points."""
    return _body(kind)[0]


def _list(element: str) -> tuple[Callable[[bytes, int], tuple[Any, ...]], Callable[[Any], bytes]]:
    """A list of any length: its count, then its elements as a tuple of that many."""
    layout = layout_of(element)
    step, finish, count_word = layout.words * WORD, layout.finish, Struct(">" + OFFSET)

    def read(data: bytes, at: int) -> tuple[Any, ...]:
        (count,), begin = count_word.unpack_from(data, at), at + WORD
        if count > COUNT_MAX or begin + count * step > len(data):
            raise ValueError("an array is longer than its bytes")
        if not count:
            return ()
        words = _repeated(layout.format, count).unpack_from(data, begin)
        if finish is None:
            return words
        return tuple([finish(words, place, data, begin) for place in range(0, count * layout.words, layout.words)])

    put = layout.put

    def write(values: Any) -> bytes:
        head: list[Any] = []
        tails: list[bytes] = []
        count, end = len(values), len(values) * step
        if put is None:
            head += values
        elif put is _put_word:
            head += [value if type(value) is bytes and len(value) == WORD else _sized(value, WORD) for value in values]
        else:
            for value in values:
                end = put(head, tails, end, value)
        return b"".join((count_word.pack(count), _repeated(layout.format, count).pack(*head), *tails))

    return read, write


@cache
def _repeated(form: str, count: int) -> Struct:
    return Struct(">" + form * count)


def _read_bytes(data: bytes, at: int) -> bytes:
    length = int.from_bytes(data[at : at + WORD])
    found = data[at + WORD : at + WORD + length]
    if len(data) < at + WORD or len(found) != length:
        raise ValueError("bytes end too early")
    return found


def _bytes(value: bytes) -> bytes:
    return len(value).to_bytes(WORD) + value + bytes(-len(value) % WORD)


def _sized(value: bytes, length: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != length:
        raise ValueError(f"{value!r} is not {length} bytes")
    return value


def _address(value: str) -> bytes:
    return _sized(bytes.fromhex(value.removeprefix("0x")), 20)


def _number(value: int, bits: int, *, signed: bool) -> bytes:
    if not -(1 << bits - 1) <= value < 1 << bits - 1 if signed else not 0 <= value < 1 << bits:
        raise ValueError(f"{value} does not fit {bits} bits")
    return value.to_bytes(WORD, signed=signed)


@cache
def is_dynamic(kind: str) -> bool:
    """Whether a value of this type has no fixed length."""
    if kind in ("bytes", "string") or kind.endswith("[]"):
        return True
    if kind.endswith("]"):
        return is_dynamic(kind[: kind.rindex("[")])
    return kind.startswith("(") and any(map(is_dynamic, parts_of(kind)))


def parts_of(kind: str) -> list[str]:
    """The types in a tuple's brackets."""
    parts, depth, begin = [], 0, 1
    for place, letter in enumerate(kind):
        depth += (letter == "(") - (letter == ")")
        if (letter == "," and depth == 1) or (letter == ")" and depth == 0):
            parts.append(kind[begin:place])
            begin = place + 1
    return [part for part in parts if part]
