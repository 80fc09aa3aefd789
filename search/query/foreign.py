"""The notations of other search programs, rewritten in the language of ``search.query.syntax``.

PubMed's tags (``natalizumab[ti]``), ``NEAR/3``, ``"a b"~2``, ``&&``, ``||`` and ``!`` are
understood, and so are the forms in which records are cited: PMIDs, DOIs and addresses. A rewritten
field begins with ``MARK``, which no reader can type.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = "\x01"
"""The character before a field that only a rewritten query has."""

MOST_BETWEEN = 50
"""Words between the words of ``NEAR`` and ``~``; a larger number is read as this."""

_TAGS = {
    "title": ("ti", "title"),
    "text": ("tiab", "title/abstract", "tw", "text word", "text words"),
    "abstract": ("ab", "abstract"),
    "author": ("au", "author", "1au", "lastau", "fau", "auth", "author - first", "author - last"),
    "journal": ("ta", "jour", "journal", "so", "is"),
    "affiliation": ("ad", "affiliation", "affl"),
    "year": ("dp", "pdat", "date - publication", "publication date", "year", "py"),
    "pmid": ("pmid", "uid"),
    "doi": ("doi", "aid", "lid", "article identifier"),
    "words": ("all", "all fields"),
    "mesh": (
        *("mh", "mesh", "mesh terms", "mesh heading", "mesh subheading", "majr", "mesh:noexp"),
        *("mesh major topic", "majr:noexp", "mh:noexp", "mesh terms:noexp", "ot", "other term"),
    ),
    "type": ("pt", "publication type", "ptyp"),
    "language": ("la", "lang", "language"),
    "subheading": ("sh", "subheading", "mesh subheadings"),
    "substance": ("nm", "rn", "substance name", "supplementary concept", "ec/rn number"),
    "filter": ("sb", "filter", "subset", "si", "gr", "grant number", "pl", "ip", "vi", "pg"),
    "entry date": ("edat", "crdt", "mhda", "dep", "lr", "entry date", "date - entry"),
}
_FIELD_OF = {tag: field for field, tags in _TAGS.items() for tag in tags}
_NOT_HELD = ("type", "language", "subheading", "substance", "filter", "entry date")
_NAMES = "|".join(sorted(map(re.escape, _FIELD_OF), key=len, reverse=True))

_OPERATOR = re.compile(r"(?:^|\s)(?:AND|OR|NOT|\|)(?=\s)|(?<!\S)[-−](?=\S)")
_TAGGED = re.compile(
    rf"""(?P<item>"[^"]*"|\([^()]*\)|[^()"\[\]]+?)\s*
    \[\s*(?P<tag>(?i:{_NAMES}))\s*(?::~(?P<between>\d+))?\s*\]""",
    re.VERBOSE,
)
_UNKNOWN = re.compile(r"(?<=[\w\"*)])\[(?P<tag>[A-Za-z][A-Za-z -]{1,24})\](?![\w-])")
_YEAR = r"(\d{4})(?:/\d{1,2}){0,2}"
_YEARS = re.compile(rf'"?{_YEAR}"?\s*(?::|-|–)\s*"?{_YEAR}"?')
_ONE_YEAR = re.compile(rf'"?{_YEAR}"?')
_YEAR_RANGE = re.compile(
    rf"(?P<item>{_YEARS.pattern})\s*\[\s*(?:{'|'.join(_TAGS['year'])})\s*\]", re.IGNORECASE
)

_NEAR = re.compile(
    r"""(?P<one>"[^"]*"|[^\s()"]+)\s+(?:NEAR|ADJ|W)(?:/?(?P<between>\d{1,3}))?\s+(?P<other>"[^"]*"|[^\s()"]+)"""
)
_SLOP = re.compile(r"\"(?P<inner>[^\"]*)\"~(?P<between>\d{1,4})")
_QUOTED = re.compile(r'("[^"]*")')

_PUBMED = re.compile(
    r"(?i)(?:https?://)?(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/"
    r"(?:pubmed/|m/pubmed/|entrez/\S*?list_uids=|pubmed\?term=|sites/entrez/\S*?term=))(?P<id>\d{1,8})\S*"
)
_PMID = re.compile(r"(?i)\bPMID(?:\s*#|\s+no\.?|:?\s+#?|\s*=)\s*(?P<id>\d{1,8})\b")
_DOI = re.compile(
    r"(?i)(?:https?://(?:dx\.|www\.)?doi\.org/|\bdoi(?:\.org/|:|\s)\s*)?(?<![\w./])(?P<doi>10\.\d{4,9}/[^\s\"<>\x01]+)"
)
_CITATION = re.compile(r"[A-Za-z][A-Za-z .&-]{2,80}?[\s.,(]*(?:19|20)\d\d\b[^;\"]{0,24};\s*[^\"]+")
_ENDS = re.compile(r"[.,;:)\]}]+$")


def rewritten(text: str, note: Callable[[str], None]) -> str:
    """A query in this program's own language; ``note`` takes a sentence on what was not held."""
    if "/" in text or "pmid" in text.lower():
        text = _records(text)
    if ";" in text and (found := _CITATION.search(text)):
        text = f'{text[: found.start()]}{MARK}cited:"{found[0]}" {text[found.end() :]}'
    if "[" in text:
        text = _tags(text, note)
    if "~" in text or _NEAR.search(text):
        text = _near(text)
    if "&&" in text or "||" in text or "!" in text:
        text = "".join(
            piece if piece.startswith('"') else _operators(piece) for piece in _QUOTED.split(text)
        )
    return text


def _records(text: str) -> str:
    """Addresses and numbers of records as the field ``record``, or ``doi``."""
    for pattern in (_PUBMED, _PMID):
        text = pattern.sub(lambda found: f' {MARK}record:"{found["id"]}" ', text)
    return _DOI.sub(_doi, text)


def _doi(found: re.Match[str]) -> str:
    doi = found["doi"]
    bare = _ENDS.sub("", doi)
    while bare.count("(") > bare.count(")") and doi[len(bare) : len(bare) + 1] == ")":
        bare += ")"
    return f' {MARK}doi:"{bare}" '


def _operators(text: str) -> str:
    text = text.replace("&&", " AND ").replace("||", " OR ")
    return re.sub(r"(?<![^\s(])!(?=[^\s!])", "-", text)


def _near(text: str) -> str:
    text = _SLOP.sub(lambda found: _window(found["inner"], int(found["between"])), text)
    return _NEAR.sub(
        lambda found: _window(
            f"{found['one']} {found['other']}".replace('"', ""), int(found["between"] or 10) - 1
        ),
        text,
    )


def _window(words: str, between: int) -> str:
    return f' {MARK}near{min(max(between, 0), MOST_BETWEEN)}:"{words}" '


def _tags(text: str, note: Callable[[str], None]) -> str:
    """PubMed's tags as fields; those of fields that no index holds are taken away."""
    text = _YEAR_RANGE.sub(lambda found: f" {_years(found['item'])} ", text)
    text = _TAGGED.sub(lambda found: _tagged(found, note), text)
    for found in _UNKNOWN.finditer(text):
        note(f"“{found[0]}” is no field here; it was left out.")
    return _UNKNOWN.sub(" ", text)


def _tagged(found: re.Match[str], note: Callable[[str], None]) -> str:
    """An item with its tag as a field; what stands before an operator is no part of the item."""
    item, tag = found["item"], found["tag"]
    field = _FIELD_OF[tag.lower()]
    before = ""
    if item[0] not in '"(':
        for operator in _OPERATOR.finditer(item):
            before = item[: operator.end()]
        item = item[len(before) :].strip()
        if MARK in item:
            return found[0][: found[0].index("[")]
    if not item.strip('"() '):
        return before
    if found["between"]:
        return f"{before} {_window(item.strip(chr(34)), int(found['between']))} "
    if field == "words":
        return f"{before} {item} "
    if field in _NOT_HELD:
        note(f"This index has no field for [{tag}]; {_named(item)} was searched as free words.")
        return f"{before} {item.strip(chr(34))} "
    if field == "year":
        return f"{before} {_years(item)} "
    is_whole = item[0] in '"(' or item.endswith("*")
    if not is_whole:
        item = f'"{item}"' if field in {"author", "journal", "pmid", "doi", "mesh"} else f"({item})"
    marked = f"{MARK}{field}" if field in {"text", "mesh", "doi"} else field
    return f"{before} {marked}:{item} "


def _years(item: str) -> str:
    if found := _YEARS.search(item):
        return f"year:{found[1]}..{found[2]}"
    found = _ONE_YEAR.search(item)
    return f"year:{found[1]}" if found else item


def _named(item: str) -> str:
    return "“" + item.strip('"() ') + "”"
