"""Reading: words under their fields' names, by one Python expression made of the compiler's description.

A back-test reads a few events and one view, each tens of thousands of times and each time right behind the EVM, when no
code of ours is in the processor's caches: the fewer functions take part, the sooner it is done. Knows descriptions and
the layouts of `words`; what it reads is what `decoder_of` reads, with names. Knows nothing of what any contract means.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from struct import Struct
from typing import Any

from tradeseal.chain.words import COUNT_MAX, OFFSET, WORD, Layout, is_dynamic, layout_of, plain_number, reader_of

Field = Mapping[str, Any]
Values = dict[str, Any]
_count = Struct(">" + OFFSET).unpack_from


def named_reader(fields: Sequence[Field], *, before: int = 0) -> Callable[[bytes], Values]:
    """What reads values that stand one after the other; of an event so many words stand `before` its data."""
    read = _struct(fields, offset=before * WORD)

    def named(data: bytes) -> Values:
        try:
            return read(data, 0)
        except struct.error as error:
            raise ValueError(f"a word is missing: {error}") from error

    return named


def listed_reader(fields: Sequence[Field]) -> Callable[[bytes], list[Any]]:
    """What reads a function's answers, which need not have names; those that are structs have them inside."""
    read = _struct([{**field, "name": place} for place, field in enumerate(fields)])

    def listed(data: bytes) -> list[Any]:
        try:
            return list(read(data, 0).values())
        except struct.error as error:
            raise ValueError(f"a word is missing: {error}") from error

    return listed


def type_of(field: Field) -> str:
    """The canonical type of one field; a struct is the tuple of its fields."""
    kind = str(field["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(type_of, field['components']))}){kind.removeprefix('tuple')}"


def _struct(fields: Sequence[Field], *, offset: int = 0) -> Callable[[bytes, int], Values]:
    """A struct's reader, given its bytes and where it begins in them."""
    names = _Names(offset)
    form = "".join(layout_of(type_of(field)).format for field in fields)
    if not fields:
        return lambda _data, _begin: {}
    words = names.add(Struct(">" + form).unpack_from)
    return names.function(f"lambda data, begin: (w := {words}(data, begin)) and {names.dictionary(fields, '')}")


def _structs(field: Field) -> Callable[[bytes, int], list[Values]]:
    """The reader of a list of structs that have a fixed length."""
    names = _Names(0)
    layout = layout_of(type_of(field))
    one = names.function(f"lambda w, at, data, begin: {names.dictionary(field['components'], 'at + ')}")
    step = layout.words * WORD

    def read(data: bytes, at: int) -> list[Values]:
        (count,), begin = _count(data, at), at + WORD
        if count > COUNT_MAX or begin + count * step > len(data):
            raise ValueError("an array is longer than its bytes")
        words = struct.unpack_from(">" + layout.format * count, data, begin)
        return [one(words, place, data, begin) for place in range(0, count * layout.words, layout.words)]

    return read


class _Names:
    """An expression's free names and what they stand for."""

    def __init__(self, offset: int) -> None:
        self._known: dict[str, Any] = {"number": int.from_bytes, "__builtins__": {}}
        self._offset = offset

    def add(self, value: Any) -> str:
        """A name for a function."""
        name = f"f{len(self._known)}"
        self._known[name] = value
        return name

    def function(self, source: str) -> Any:
        """The expression as a function. Its text holds names of fields, quoted, numbers of words, and nothing else."""
        return eval(source, self._known)  # noqa: S307 - made here of the compiled contracts' own description

    def dictionary(self, fields: Sequence[Field], first: str, at: int = 0) -> str:
        """Fields that begin at a word: `{"name": value, …}`."""
        parts = []
        for field in fields:
            parts.append(f"{field['name']!r}: {self._value(field, first, at)}")
            at += layout_of(type_of(field)).words
        return "{" + ", ".join(parts) + "}"

    def _value(self, field: Field, first: str, at: int) -> str:
        kind, word = type_of(field), f"w[{first}{at}]"
        layout: Layout = layout_of(kind)
        if is_dynamic(kind):
            return f"{self.add(_dynamic(field, kind))}(data, begin + {self._offset} + {word})"
        if kind.startswith("(") and kind.endswith(")"):
            return self.dictionary(field["components"], first, at)
        if layout.finish is None:
            return word
        if layout.finish is plain_number:
            return f"number({word})"
        read = f"{self.add(layout.finish)}(w, {first}{at}, data, begin)"
        named = namer_of(field)
        return read if named is None else f"{self.add(named)}({read})"


def _dynamic(field: Field, kind: str) -> Callable[[bytes, int], Any]:
    """The reader of what an offset points at."""
    told = str(field["type"])
    if told == "tuple":
        return _struct(field["components"])
    if told == "tuple[]" and not is_dynamic(element := kind[:-2]):
        return _structs({**field, "type": "tuple"}) if element else reader_of(kind)
    read, named = reader_of(kind), namer_of(field)
    return read if named is None else lambda data, at: named(read(data, at))


def namer(fields: Sequence[Field]) -> Callable[[Sequence[Any]], Values]:
    """What gives values their fields' names, structs inside them too."""
    names, inner = [str(field["name"]) for field in fields], [namer_of(field) for field in fields]
    structs = [(name, one) for name, one in zip(names, inner, strict=True) if one is not None]

    def named(values: Sequence[Any]) -> Values:
        found = dict(zip(names, values, strict=True))
        for name, one in structs:
            found[name] = one(found[name])
        return found

    return named


def namer_of(field: Field) -> Callable[[Any], Any] | None:
    """The namer of one field's value; None where it is no struct."""
    kind = str(field["type"])
    if not kind.startswith("tuple"):
        return None
    if kind.endswith("]"):
        one = namer_of({**field, "type": kind[: kind.rindex("[")]})
        return one and (lambda values: [one(value) for value in values])
    return namer(field["components"])
