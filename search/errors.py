"""What a search can fail with; a query is never among it."""

from __future__ import annotations


class AbstractNotFound(LookupError):
    """No abstract of the index has this PMID."""


class UnusableCollection(Exception):
    """A folder is no judged collection; the sentence says why."""


class EvaluationNotInstalled(Exception):
    """The packages that only an evaluation needs are missing; the sentence says how to get them."""
