"""The systems that are measured: which module drives each, what it can do, how much it is asked."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from .queries import Query

KINDS = (
    "claims",
    "patients",
    "rare word",
    "common word",
    "three middling words",
    "twelve words",
    "common phrase",
    "rarer phrase",
    "prefix",
    "years",
    "facets",
)
_NO_WORDS = frozenset({"common phrase", "rarer phrase", "prefix", "years", "facets"})
_FEW_HITS = frozenset({"rare word", "rarer phrase"})
_NO_FACETS = frozenset({"facets"})


class Engine(Protocol):
    """What a system's module has as ``Engine``: an index, opened."""

    def search(self, kind: str, query: Query) -> object:
        """The ten best hits, with all that is shown of them."""


class System(NamedTuple):
    """A system by the module that drives it.

    ``package`` is whose version is reported, ``share`` of the queries keeps a slow one from taking
    all the time, but of the ``quick`` kinds it is asked all; ``cores`` on how many it can be told
    to build, ``builds`` whether its index is its own.
    """

    module: str
    package: str | None
    share: float = 1.0
    quick: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    cores: tuple[int, ...] = (1,)
    builds: bool = True
    options: dict[str, Any] = {}  # noqa: RUF012 - never changed


RANVIER = "ranvier"
DEFAULT = "ranvier default"
TANTIVY = "tantivy"
WHOOSH = "stock Whoosh"

SYSTEMS = {
    RANVIER: System("with_ranvier", "ranvier", cores=(1, 2)),
    DEFAULT: System("with_ranvier", None, builds=False, options={"plain": False}),
    TANTIVY: System("with_tantivy", "tantivy", lacks=_NO_FACETS, cores=(1, 2)),
    "bm25s": System("with_bm25s", "bm25s", lacks=_NO_WORDS),
    "SQLite FTS5": System("with_fts5", None, share=0.15, lacks=_NO_FACETS),
    WHOOSH: System("with_whoosh", "whoosh-reloaded", share=0.06, quick=_FEW_HITS, lacks=_NO_FACETS),
}


def module(system: str) -> ModuleType:
    """The module that drives a system; its package has to be installed."""
    return import_module(f".{SYSTEMS[system].module}", __package__)


def opened(system: str, home: Path) -> Engine:
    """The index of a system in a folder, opened."""
    engine: Engine = module(system).Engine(home, **SYSTEMS[system].options)
    return engine
