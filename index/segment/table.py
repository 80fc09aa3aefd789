"""A sorted table on disk: values by key, found by bisection of mapped arrays.

Opening reads where its arrays are and nothing else, so a table of any size is opened at the same
price. Values are JSON, parsed when they are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from index.segment.arrays import Arrays, ArraysWriter, Strings
from index.segment.lexicon import ABSENT, Lexicon, Terms, write_lexicon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Value = TypeVar("Value")

_EXTENSION = ".table"
_KEYS, _VALUES = "keys", "values"

# Made once: json.dumps makes one anew for every value.
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Table(Mapping[str, Value], Generic[Value]):
    """The table of a name in a folder. Safe to share by threads.

    ``read`` makes a value of its JSON, anew each time that it is asked for.
    """

    def __init__(
        self, folder: Path, name: str, read: Callable[[Any], Value] = lambda parsed: parsed
    ) -> None:
        self._arrays = Arrays(folder / f"{name}{_EXTENSION}")
        self._read = read

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        """The keys in the order of their UTF-8."""
        return iter(self._keys)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._keys.find(key) != ABSENT

    def __getitem__(self, key: str) -> Value:
        number = self._keys.find(key)
        if number == ABSENT:
            raise KeyError(key)
        return self._value(number)

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 (as a mapping has it)
        """The value of a key, or ``default``; to catch an error would take longer than to look."""
        number = self._keys.find(key)
        return default if number == ABSENT else self._value(number)

    def first_from(self, key: bytes) -> bytes | None:
        """The first key that is not before ``key``, both in UTF-8, or None."""
        keys = self._keys
        number = keys.first_from(key)
        return keys.utf8(number) if number < len(keys) else None

    def _value(self, number: int) -> Value:
        return self._read(_parsed(self._values.utf8(number)))

    @cached_property
    def _keys(self) -> Lexicon:
        return Lexicon(self._arrays, _KEYS)

    @cached_property
    def _values(self) -> Strings:
        return Strings(self._arrays, _VALUES)


def write_table(folder: Path, name: str, content: Mapping[str, Any]) -> None:
    """Writes a table of what JSON can hold."""
    arrays = ArraysWriter(folder / f"{name}{_EXTENSION}")
    entries = sorted((_utf8(key), _json(value)) for key, value in content.items())
    write_lexicon(arrays, _KEYS, [Terms.of([key for key, _ in entries])])
    arrays.write_strings(_VALUES, [value for _, value in entries])
    arrays.close()


def _json(value: Any) -> bytes:  # noqa: ANN401 (whatever JSON can hold)
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # half a surrogate pair, which has no UTF-8
        return _utf8(_encoder.encode(value))


def _parsed(value: bytes) -> Any:  # noqa: ANN401 (same)
    try:
        return msgspec.json.decode(value)
    except UnicodeDecodeError:  # the same half
        return json.loads(value.decode("utf-8", "surrogatepass"))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
