"""Text to words: tokens with their stems, and the compounds they may be part of."""

from __future__ import annotations

from typing import NamedTuple

from index.stems import stem
from index.tokens import PREFIXES, SPACED_PREFIXES, Gap, Token, tokenize


class Word(NamedTuple):
    """A token with what is indexed for it.

    ``joined`` is the stem of this word and the next written as one (auto-immune: autoimmun), or
    None where the text does not suggest it; ``is_prefix`` says that the two are always one word.
    """

    form: str
    stem: str
    start: int
    end: int
    gap: Gap
    joined: str | None = None
    is_prefix: bool = False


def words(text: str) -> list[Word]:
    """The words of ``text`` in order; ``text[word.start:word.end]`` is the word as written."""
    tokens = tokenize(text)
    followers: list[Token | None] = [*tokens[1:], None]
    return [_word(token, following) for token, following in zip(tokens, followers, strict=False)]


def _word(token: Token, following: Token | None) -> Word:
    form, start, end, gap = token
    if following is not None and _joins(form, following):
        whole = stem(form + following.form)
        return Word(form, stem(form), start, end, gap, whole, form in PREFIXES)
    return Word(form, stem(form), start, end, gap)


def _joins(form: str, following: Token) -> bool:
    if following.gap is Gap.HYPHEN:
        return not (form.isdigit() and following.form.isdigit())
    return following.gap is Gap.SPACE and form in SPACED_PREFIXES
