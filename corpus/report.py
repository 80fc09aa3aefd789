"""What happened while abstracts were read: how many were kept, what was rejected, what was odd."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """Something to tell about one place in one file; lines are counted from 1.

    ``line`` is None where a format has no lines, ``record`` the number of the record in its file,
    counted from 1, where it is known.
    """

    source: str
    line: int | None
    reason: str
    record: int | None = field(default=None, compare=False)

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
class Report:
    """The account of a reading, filled while it goes on.

    ``read`` counts the abstracts that were kept, ``rejected`` says which records were left out
    and why, ``remarks`` says what is odd about records that were kept and about their files,
    ``deleted`` which records a source withdraws.
    """

    read: int = 0
    rejected: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    deleted: list[Deletion] = field(default_factory=list)

    def reject(self, source: str, line: int | None, reason: str) -> None:
        """Note that the record at this place is left out."""
        self.rejected.append(Problem(source, line, reason))

    def delete(self, source: str, pmid: str) -> None:
        """Note that a source deletes the record with this PMID."""
        self.deleted.append(Deletion(source, pmid))

    def remark(self, source: str, line: int | None, reason: str) -> None:
        """Note something odd at this place; nothing is left out for it."""
        self.remarks.append(Problem(source, line, reason))
