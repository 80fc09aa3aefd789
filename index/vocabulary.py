"""The MS vocabulary: concepts with all their spellings, read from TOML files.

A file states its ``kind`` and lists ``[[concept]]`` entries with these keys:

``id``        letters, digits and hyphens; unique
``name``      the preferred name, itself a variant
``variants``  spellings that count in any letter case; ``(a|b)`` is alternation
``short``     short forms that count in texts when written with capitals, in queries anyhow
``capitals``  short forms whose small form is an everyday word: capitals count in queries too
``broader``   ids of the concepts that this one is a kind of
``plain``     one plain sentence for readers

Concepts of the kind ``other`` are guards: word groups that hold a variant of another concept but
mean something else (primary progressive aphasia). They are recognized and never searched.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import tomllib
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import VocabularyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

GUARD = "other"
MOST_SPELLINGS = 200
"""How many spellings the alternations of one variant may stand for."""

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LISTS = ("variants", "short", "capitals", "broader")
_TEXTS = ("id", "name", "plain")
_ALTERNATION = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True)
class Concept:
    """One meaning with all its spellings."""

    id: str
    name: str
    kind: str
    plain: str
    variants: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    capitals: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()

    @property
    def is_guard(self) -> bool:
        """Whether this is only here to keep another meaning apart."""
        return self.kind == GUARD

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """All that counts in any letter case, alternations written out, the name first."""
        written = itertools.chain([self.name], *map(spellings, self.variants))
        return tuple(dict.fromkeys(written))

    @property
    def shortest(self) -> str:
        """The first short form, or else the name: what fits on a small label."""
        return next(iter(self.short + self.capitals), self.name)


@dataclass(frozen=True)
class Vocabulary:
    """All concepts by id, checked: ids are unique, broader concepts exist and make no cycle."""

    concepts: Mapping[str, Concept] = field(default_factory=dict)

    @classmethod
    def bundled(cls) -> Vocabulary:
        """The vocabulary that comes with Ranvier."""
        with as_file(files("index") / "data" / "vocabulary") as folder:
            return cls.load(sorted(folder.glob("*.toml")))

    @classmethod
    def load(cls, paths: Iterable[Path]) -> Vocabulary:
        """The concepts of all files together.

        Raises ``VocabularyError`` with the file and the entry at the first fault.
        """
        return cls.of(itertools.chain.from_iterable(map(_read, paths)))

    @classmethod
    def of(cls, concepts: Iterable[Concept]) -> Vocabulary:
        """The vocabulary of these concepts; raises ``VocabularyError`` if they do not fit."""
        by_id: dict[str, Concept] = {}
        for concept in concepts:
            if concept.id in by_id:
                raise VocabularyError(
                    f"The vocabulary has two concepts with the id “{concept.id}”."
                )
            by_id[concept.id] = concept
        vocabulary = cls(by_id)
        vocabulary._check_hierarchy()
        return vocabulary

    @classmethod
    def from_json(cls, text: str) -> Vocabulary:
        """The vocabulary that ``to_json`` wrote."""
        return cls.of(_concept(entry["kind"], entry) for entry in json.loads(text))

    def to_json(self) -> str:
        """All concepts as JSON, in the order of their ids, as an index keeps them."""
        entries = [asdict(self.concepts[id_]) for id_ in sorted(self.concepts)]
        return json.dumps(entries, ensure_ascii=False, indent=1)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of everything in the vocabulary."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @cached_property
    def _narrower(self) -> dict[str, tuple[str, ...]]:
        children: dict[str, list[str]] = {}
        for concept in self.concepts.values():
            for parent in concept.broader:
                children.setdefault(parent, []).append(concept.id)
        return {parent: tuple(ids) for parent, ids in children.items()}

    @cached_property
    def _broader(self) -> dict[str, tuple[str, ...]]:
        return {id_: concept.broader for id_, concept in self.concepts.items()}

    def narrower(self, concept: str) -> tuple[str, ...]:
        """Ids of all concepts below one, nearest first, each once."""
        return _reachable(concept, self._narrower)

    def broader(self, concept: str) -> tuple[str, ...]:
        """Ids of all concepts above one, nearest first, each once."""
        return _reachable(concept, self._broader)

    def _check_hierarchy(self) -> None:
        for concept in self.concepts.values():
            for parent in concept.broader:
                if parent not in self.concepts:
                    raise VocabularyError(
                        f"Concept “{concept.id}” names a broader concept “{parent}”, "
                        f"which does not exist."
                    )
        for id_ in self.concepts:
            if id_ in self.broader(id_):
                raise VocabularyError(f"Concept “{id_}” is broader than itself.")


def _reachable(start: str, edges: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    queue = list(edges.get(start, ()))
    for node in queue:
        if node not in found:
            found[node] = None
            queue.extend(edges.get(node, ()))
    return tuple(found)


def spellings(variant: str) -> Iterator[str]:
    """What a variant with alternations stands for.

    >>> list(spellings("(intravenous|iv) immunoglobulin"))
    ['intravenous immunoglobulin', 'iv immunoglobulin']
    """
    parts = _ALTERNATION.split(variant)
    choices = [part.split("|") if odd % 2 else [part] for odd, part in enumerate(parts)]
    for choice in itertools.product(*choices):
        yield " ".join("".join(choice).split())


def _read(path: Path) -> Iterator[Concept]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise VocabularyError(f"Vocabulary file {path.name} cannot be read: {error}.") from error
    kind = table.get("kind")
    if not isinstance(kind, str) or not kind:
        raise VocabularyError(f"Vocabulary file {path.name} does not state its kind.")
    entries = table.get("concept", [])
    if not isinstance(entries, list):
        raise VocabularyError(f"Vocabulary file {path.name} must list its entries as [[concept]].")
    for place, entry in enumerate(entries, start=1):
        fault = _fault(entry)
        if fault:
            name = entry.get("id", f"number {place}") if isinstance(entry, dict) else place
            raise VocabularyError(f"Vocabulary file {path.name}, concept “{name}”: {fault}.")
        yield _concept(kind, entry)


def _concept(kind: str, entry: Mapping[str, Any]) -> Concept:
    return Concept(
        id=entry["id"],
        name=entry["name"].strip(),
        kind=kind,
        plain=entry["plain"].strip(),
        variants=tuple(entry.get("variants", ())),
        short=tuple(entry.get("short", ())),
        capitals=tuple(entry.get("capitals", ())),
        broader=tuple(entry.get("broader", ())),
    )


def _fault(entry: Any) -> str | None:  # noqa: ANN401 (whatever stands in the file)
    """What is wrong with an entry of a file, or None."""
    if not isinstance(entry, dict):
        return "an entry is a table"
    for key in _TEXTS:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            return f"“{key}” must be a text"
    for key in _LISTS:
        values = entry.get(key, [])
        if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            return f"“{key}” must be a list of texts"
    unknown = sorted(set(entry) - set(_TEXTS) - set(_LISTS))
    if unknown:
        return f"“{unknown[0]}” is not a key of a concept"
    if not _ID.fullmatch(entry["id"]):
        return "the id must consist of small letters, digits and hyphens"
    return next(filter(None, map(_variant_fault, entry.get("variants", []))), None)


def _variant_fault(variant: str) -> str | None:
    if re.search(r"[()|]", _ALTERNATION.sub("", variant)):
        return f"the brackets of “{variant}” do not match"
    if len(list(itertools.islice(spellings(variant), MOST_SPELLINGS + 1))) > MOST_SPELLINGS:
        return f"“{variant}” stands for more than {MOST_SPELLINGS} spellings"
    return None
