"""A reader's string to a query tree. Nothing a reader types is an error.

What the little language cannot read is taken as plain words, and a note says so.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import NamedTuple

from index.text.tokenizer import tokenize
from search.query.syntax import (
    FIELDS,
    And,
    Fielded,
    Group,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Words,
    Years,
)

MOST_CHARACTERS = 500
MOST_WORDS = 64
MOST_LEVELS = 8
SHORTEST_PREFIX = 2

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»″＂", '"'))
_ALIASES = {
    "authors": "author",
    "affil": "affiliation",
    "topics": "topic",
    "ti": "title",
    "au": "author",
}
_FIELD_NAMES = "|".join((*FIELDS, *_ALIASES))
# Most words are plain: those first, as a word of another kind has none of what follows them.
_LEXEME = re.compile(
    rf"""
      (?P<plain>[^\W_]+(?=[\s()]|\Z))
    | (?P<phrase>"(?P<inner>[^"]*)")
    | (?P<open>\() | (?P<close>\))
    | (?P<years>(?i:year):\s?
        (?:(?P<first>\d{{4}})?(?:\.\.|-|–)(?P<last>\d{{4}})?|(?P<only>\d{{4}}))(?![\w.]))
    | (?P<field>(?i:{_FIELD_NAMES})):\s?(?=[^\s:)])
    | (?P<minus>(?<![^\s(])[-−](?=[^\s\d\-−)]))
    | (?P<prefix>[^\W_]+(?:[-'’][^\W_]+)*)\*(?!\w)
    | (?P<word>[^\s()"]+)
    """,
    re.VERBOSE,
)
_OPERATORS = {"OR", "AND", "NOT", "|", "minus"}
_EXCLUDING = {"minus", "NOT"}
_LANGUAGE = re.compile(r'"|\(|\)|:|\*|−| -')
"""What a text of plain words, after a space, has nothing of, the operators aside."""

_RUN = re.compile(r"[^\W_]+")
_UNKNOWN_FIELD = re.compile(r"(?i)([a-z]{3,}):(?=[\w\"(])(?!//)")


class _Lexeme(NamedTuple):
    kind: str
    text: str
    years: tuple[int | None, int | None] = (None, None)


@dataclass
class _Parser:
    lexemes: list[_Lexeme]
    notes: list[str] = field(default_factory=list)
    place: int = 0
    depth: int = 0

    def level(self) -> Group:
        """Everything up to the closing bracket of this level, or to the end."""
        sides: list[list[Node]] = [[]]
        while (lexeme := self.peek()) is not None:
            if lexeme.kind == "close":
                if self.depth:
                    break
                self.place += 1
                self.note("A closing bracket without its partner was ignored.")
            elif lexeme.kind == "AND" and sides[-1] and self.has_operand(1):
                self.place += 1
                sides.append([])
            else:
                self.item(sides[-1])
        groups = [Group(tuple(side)) for side in sides if side]
        return groups[0] if len(groups) == 1 else Group((And(tuple(groups)),) if groups else ())

    def item(self, items: list[Node]) -> None:
        """Reads one item, with what OR ties to it, on to the end of ``items``."""
        alternatives = [self.operand()]
        while (lexeme := self.peek()) and lexeme.kind in {"OR", "|"} and self.has_operand(1):
            self.place += 1
            alternatives.append(self.operand())
        found = tuple(node for node in alternatives if node is not None)
        if found:
            items.append(found[0] if len(found) == 1 else Or(found))

    def operand(self) -> Node | None:
        """A run of words, or one thing of another kind, or None where nothing is left of it."""
        lexeme = self.lexemes[self.place]
        if lexeme.kind in _EXCLUDING and self.has_operand(1):
            while self.lexemes[self.place].kind in _EXCLUDING and self.has_operand(1):
                self.place += 1
            item = self.one()
            return Not(item) if item is not None else None
        return self.run() if _is_wordlike(lexeme) else self.one()

    def run(self) -> Words:
        """All the words from here to the next thing of another kind."""
        texts: list[str] = []
        while (lexeme := self.peek()) is not None and _is_wordlike(lexeme):
            if texts and lexeme.kind in _OPERATORS and self.has_operand(1):
                break
            texts.append(lexeme.text)
            self.place += 1
        return Words(" ".join(texts))

    def one(self) -> Node | None:
        """The next single item: a word, a phrase, a bracket with all that is in it."""
        lexeme = self.lexemes[self.place]
        self.place += 1
        match lexeme.kind:
            case "phrase":
                return Phrase(lexeme.text) if _has_word(lexeme.text) else None
            case "prefix":
                return self.prefix(lexeme.text)
            case "years":
                return Years(*lexeme.years, lexeme.text)
            case "open":
                return self.bracket()
            case "field":
                return self.fielded(lexeme.text)
            case _:
                return Words(lexeme.text)

    def prefix(self, text: str) -> Node:
        if len(text) >= SHORTEST_PREFIX:
            return Prefix(text)
        self.note(f"“{text}*” is too short a beginning; it was taken as a word.")
        return Words(text)

    def bracket(self) -> Node | None:
        self.depth += 1
        inner = self.level()
        self.depth -= 1
        if self.peek() is None:
            self.note("A bracket was left open; it was closed at the end.")
        else:
            self.place += 1
        return inner if inner.items else None

    def fielded(self, name: str) -> Node | None:
        if not self.has_operand(0):
            return Words(name)
        item = self.one()
        if item is None:
            return None
        if name == "year":
            self.note(
                "year: takes a year or a range such as 2003..2005; the rest was taken as words."
            )
            return item
        return item if isinstance(item, Years) else Fielded(name, item)

    def peek(self) -> _Lexeme | None:
        return self.lexemes[self.place] if self.place < len(self.lexemes) else None

    def has_operand(self, ahead: int) -> bool:
        """Whether something stands ``ahead`` that an operator can take."""
        place = self.place + ahead
        return place < len(self.lexemes) and self.lexemes[place].kind not in {
            "close",
            "OR",
            "|",
            "AND",
        }

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def parse(text: str) -> Query:
    """The query that a reader's string stands for; it never raises.

    The tree is no deeper than ``MOST_LEVELS`` and holds no more than ``MOST_WORDS`` words.
    """
    notes: list[str] = []
    cleaned = _shortened(_cleaned(text), notes)
    written = _printable(text.strip())
    if not _LANGUAGE.search(f" {cleaned}") and _OPERATORS.isdisjoint(cleaned.split(" ")):
        return Query(written, Group((Words(cleaned),) if cleaned else ()), tuple(notes))
    if cleaned.count('"') % 2:
        notes.append("A quotation mark without its partner was ignored.")
    lexemes = [_lexeme(found) for found in _LEXEME.finditer(cleaned)]
    parser = _Parser(_without_deep_brackets(lexemes, notes), notes)
    for name in dict.fromkeys(_UNKNOWN_FIELD.findall(cleaned)) if ":" in cleaned else ():
        if name.lower() not in (*FIELDS, *_ALIASES):
            parser.note(
                f"“{name}:” is not a field; it was taken as a word. Fields: {', '.join(FIELDS)}."
            )
    return Query(written, parser.level(), tuple(parser.notes))


def _is_wordlike(lexeme: _Lexeme) -> bool:
    return lexeme.kind == "word" or lexeme.kind in _OPERATORS


def _cleaned(text: str) -> str:
    """One line of composed characters, so that the same query in other bytes is the same query."""
    composed = unicodedata.normalize("NFKC", text[: 4 * MOST_CHARACTERS])
    if not composed.isprintable():
        composed = "".join(c for c in composed if c.isspace() or _is_shown(c))
    if not composed.isascii():
        composed = composed.translate(_QUOTES)
    return " ".join(composed.split())


def _is_shown(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cs", "Co"}


def _printable(text: str) -> str:
    """The text with a question mark for each half of a character that no output can carry."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _shortened(text: str, notes: list[str]) -> str:
    if len(text) > MOST_CHARACTERS:
        text = text[:MOST_CHARACTERS].rsplit(" ", 1)[0]
        notes.append(f"Only the first {MOST_CHARACTERS} characters were read.")
    if _may_be_long(text) and len(tokens := tokenize(text)) > MOST_WORDS:
        text = text[: tokens[MOST_WORDS - 1].end]
        notes.append(f"Only the first {MOST_WORDS} words were read.")
    return text


def _may_be_long(text: str) -> bool:
    """Whether a text may have more than ``MOST_WORDS`` tokens; to count these takes much longer.

    No token is without a letter or digit. Plain ASCII has no more tokens than runs of them, and
    something stands between two runs; a run of Greek letters has a token a letter.
    """
    if len(text) <= MOST_WORDS or (text.isascii() and len(text) < 2 * MOST_WORDS):
        return False
    return not text.isascii() or len(_RUN.findall(text)) > MOST_WORDS


def _has_word(text: str) -> bool:
    """Whether a text has any token. In plain ASCII a letter or digit is enough."""
    return bool(_RUN.search(text) if text.isascii() else tokenize(text))


def _without_deep_brackets(lexemes: list[_Lexeme], notes: list[str]) -> list[_Lexeme]:
    """The lexemes without the pairs of brackets that stand deeper than ``MOST_LEVELS``."""
    kept: list[_Lexeme] = []
    level = 0
    for lexeme in lexemes:
        level += lexeme.kind == "open"
        if level <= MOST_LEVELS or lexeme.kind not in {"open", "close"}:
            kept.append(lexeme)
        level = max(level - (lexeme.kind == "close"), 0)
    if len(kept) < len(lexemes):
        notes.append(f"Brackets deeper than {MOST_LEVELS} levels were ignored.")
    return kept


def _lexeme(found: re.Match[str]) -> _Lexeme:
    text = found[0]
    match found.lastgroup:
        case "plain" | "word":
            return _Lexeme(text if text in _OPERATORS else "word", text)
        case "phrase":
            return _Lexeme("phrase", found["inner"].strip())
        case "years":
            first, last = found["first"] or found["only"], found["last"] or found["only"]
            if not first and not last:
                return _Lexeme("word", text)
            years = int(first) if first else None, int(last) if last else None
            return _Lexeme("years", text, years)
        case "field":
            name = found["field"].lower()
            return _Lexeme("field", _ALIASES.get(name, name))
        case "prefix":
            return _Lexeme("prefix", found["prefix"])
        case kind:
            return _Lexeme(kind or "word", text)
