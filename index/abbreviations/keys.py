"""Keys of short and long forms: spellings of one form have one key."""

from __future__ import annotations

from index.text.cache import Cache
from index.text.stemmer import STEMS
from index.text.tokenizer import token_table

MOST_KEYS = 1 << 14
"""Keys that are cached, of short and of long forms: about 3 MB for both."""


def fold_short(short: str) -> str:
    """The key of a short form: IFN-β and IFN-beta, RCT and RCTs have one each."""
    if short.isascii() and short.isalpha() and short.islower():
        return short  # as most words that are looked for, and it would be found to be one token
    return _SHORT_KEYS[short]


def _fold_short(short: str) -> str:
    singular = short[:-1] if short[-1:] == "s" and short[-2:-1].isupper() else short
    return " ".join(token_table(singular).forms) or singular.casefold()


def fold_long(long: str) -> str:
    """The key of a long form: its stems, so that plural, hyphens and spelling make no meaning."""
    return _LONG_KEYS[long]


def _fold_long(long: str) -> str:
    return " ".join(map(STEMS.__getitem__, token_table(long).forms)) or long.casefold()


_SHORT_KEYS = Cache(_fold_short, MOST_KEYS)
_LONG_KEYS = Cache(_fold_long, MOST_KEYS)
