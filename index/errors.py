"""Errors of an index; the text of each is the sentence that its user reads."""

from __future__ import annotations


class RanvierIndexError(Exception):
    """Something about an index that its user has to know."""


class VocabularyError(RanvierIndexError):
    """The vocabulary cannot be used: the sentence names the file, the entry and the fault."""


class NoIndex(RanvierIndexError):
    """Nothing has been published yet."""


class DamagedIndex(RanvierIndexError):
    """Files of the index are missing, changed or not ours."""


class OutdatedIndex(RanvierIndexError):
    """The index was built by a version whose schema or analysis differs."""


class BuildRunning(RanvierIndexError):
    """Another build holds the lock."""


class BuildFailed(RanvierIndexError):
    """A build ended without publishing; the live index is untouched."""
