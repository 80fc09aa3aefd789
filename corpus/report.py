"""What happened while abstracts were read: how many were kept, what was rejected, what was odd."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """Something to tell about one place in one file; lines are counted from 1."""

    source: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: {self.reason}"


@dataclass
class Report:
    """The account of a reading, filled while it goes on.

    ``read`` counts the abstracts that were kept, ``rejected`` says which records were left out
    and why, ``remarks`` says what is odd about records that were kept and about their files.
    """

    read: int = 0
    rejected: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)

    def reject(self, source: str, line: int, reason: str) -> None:
        """Note that the record at this place is left out."""
        self.rejected.append(Problem(source, line, reason))

    def remark(self, source: str, line: int, reason: str) -> None:
        """Note something odd at this place; nothing is left out for it."""
        self.remarks.append(Problem(source, line, reason))
