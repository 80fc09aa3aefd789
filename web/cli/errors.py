"""The errors with which a command may end."""

from __future__ import annotations

from corpus import CorpusError
from index import RanvierIndexError
from search import AbstractNotFound
from search.errors import EvaluationNotInstalled, UnusableCollection
from web.settings import SettingsError

EXPECTED = (
    CorpusError,
    RanvierIndexError,
    AbstractNotFound,
    SettingsError,
    UnusableCollection,
    EvaluationNotInstalled,
)
"""Errors whose text is a sentence for the person who typed the command."""
