"""A bounded memory for functions of one string."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MOST_CACHED = 1 << 18
"""Words of a corpus that are cached at a time: some 40 MB in each cache."""


class Cache(dict[str, T], Generic[T]):
    """The results of a function of a string, computed once and then looked up.

    Past ``most`` strings it is emptied, so that memory stays bounded. A lookup takes a fraction of
    one in ``lru_cache``. Safe to share by threads, which at worst compute the same result twice.
    """

    def __init__(self, function: Callable[[str], T], most: int = MOST_CACHED) -> None:
        super().__init__()
        self._function = function
        self._most = most

    def __missing__(self, key: str) -> T:
        """Calls the function; its errors pass through."""
        result = self._function(key)
        if len(self) >= self._most:
            self.clear()
        self[key] = result
        return result
