"""What can go wrong with a file or a record, each said in one sentence a user can act on."""

from __future__ import annotations


class CorpusError(Exception):
    """Something in a corpus cannot be used."""


class UnusableFile(CorpusError):
    """A file cannot be read as abstracts.

    ``source`` names the file and ``reason`` goes on from it: ``UnusableFile("a.txt", "is empty")``
    reads "a.txt is empty."
    """

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(source, reason)
        self.source = source
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.source} {self.reason}."


class MalformedRecord(CorpusError):
    """One record of a file cannot be understood; the others may be fine."""

    def __init__(self, source: str, line: int, reason: str) -> None:
        super().__init__(source, line, reason)
        self.source = source
        self.line = line
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: {self.reason}"
