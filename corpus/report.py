"""What happened while abstracts were read: how many were kept, what was rejected, what was odd."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """Something to tell about one place in one file; lines are counted from 1.

    ``line`` is None where a format has no lines, ``record`` the number of the record in its file,
    counted from 1, where it is known, ``file`` the whole path of the file.
    """

    source: str
    line: int | None
    reason: str
    record: int | None = field(default=None, compare=False)
    file: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        if self.line is None:
            return f"{self.source}, record {self.record}: {self.reason}"
        return f"{self.source}:{self.line}: {self.reason}"


@dataclass(frozen=True)
class Deletion:
    """A source's word that the record with a PMID is no more."""

    source: str
    pmid: str


@dataclass
class FileReport:
    """What a file was recognized as and how many records it holds.

    ``records`` is ``usable + rejected + duplicates``; ``title_only`` counts those of the usable
    that have no text. ``error`` says why a file could not be read, or not to its end.
    """

    file: str
    format: str | None = None
    encoding: str | None = None
    records: int = 0
    usable: int = 0
    title_only: int = 0
    rejected: int = 0
    duplicates: int = 0
    error: str | None = None


@dataclass(frozen=True)
class Merge:
    """A record that is the same as an earlier one: both by file, number in it, and id."""

    file: str
    record: int
    id: str
    of: tuple[str, int, str]


@dataclass
class Report:
    """The account of a reading, filled while it goes on.

    ``read`` counts the abstracts that were kept, ``rejected`` says which records were left out
    and why, ``remarks`` says what is odd about records that were kept and about their files,
    ``deleted`` which records a source withdraws. ``files`` counts file by file, and ``merged`` says
    which records were found to be the same as earlier ones.
    """

    read: int = 0
    rejected: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    deleted: list[Deletion] = field(default_factory=list)
    files: list[FileReport] = field(default_factory=list, compare=False)
    merged: list[Merge] = field(default_factory=list)

    def reject(self, source: str, line: int | None, reason: str) -> None:
        """Note that the next record of the file, at this place, is left out."""
        number = file = None
        if self.files:
            counts = self.files[-1]
            counts.records += 1
            counts.rejected += 1
            number, file = counts.records, counts.file
        self.rejected.append(Problem(source, line, reason, number, file))

    def withdraw(self, source: str, record: int, reason: str) -> None:
        """Note that a record that was counted already is left out after all."""
        self.rejected.append(Problem(source, None, reason, record, source))

    def delete(self, source: str, pmid: str) -> None:
        """Note that a source deletes the record with this PMID."""
        self.deleted.append(Deletion(source, pmid))

    def remark(self, source: str, line: int | None, reason: str) -> None:
        """Note something odd at this place; nothing is left out for it."""
        self.remarks.append(Problem(source, line, reason))
