from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from corpus import Abstract, Author, Section, problems

GOOD = Abstract("14598048", "Alfa", year=2003, month=2, day=28)
NEXT_YEAR = datetime.now(tz=UTC).year + 1


def test_a_good_abstract_has_no_problems() -> None:
    assert problems(GOOD) == []
    assert problems(Abstract("1", "Alfa")) == []


@pytest.mark.parametrize("pmid", ["1", "Nagtegaal_2019-1", "a.b", "x" * 64])
def test_a_short_name_is_a_pmid(pmid: str) -> None:
    assert problems(replace(GOOD, pmid=pmid)) == []


@pytest.mark.parametrize("pmid", ["", "..", "-1", "a b", "a/b", "a\n", "é", "١٢", "x" * 65])
def test_anything_else_is_none(pmid: str) -> None:
    (problem,) = problems(replace(GOOD, pmid=pmid, id=pmid))
    assert problem.startswith("the PMID " if pmid else "the id ")
    (problem,) = problems(replace(GOOD, pmid=None, id=pmid))
    assert problem.startswith("the id ")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"title": "", "sections": ()}, "both title and text are empty"),
        ({"title": "x" * 2_001}, "the title is longer than 2,000 characters"),
        (
            {"sections": (Section(None, ("x" * 100_001,)),)},
            "the text is longer than 100,000 characters",
        ),
        (
            {
                "sections": (
                    Section(None, ("x" * 40_000, "x" * 20_000)),
                    Section("A", ("x" * 39_999,)),
                )
            },
            "the text is longer than 100,000 characters",
        ),
        ({"title": "", "sections": (Section(None, ("",)),)}, "both title and text are empty"),
        ({"group_author": "x" * 10_001}, "the group author is longer than 10,000 characters"),
        ({"authors": (Author("x" * 10_001),)}, "one author is longer than 10,000 characters"),
        ({"topics": ("x",) * 10_001}, "there are more than 10,000 topics"),
        ({"topics": ("x" * 10_001,)}, "one topic is longer than 10,000 characters"),
        ({"authors": (Author("x"),) * 10_001}, "there are more than 10,000 authors"),
        (
            {"sections": (Section("x" * 10_001, ("y",)),)},
            "one section label is longer than 10,000 characters",
        ),
        (
            {"sections": (Section("x", ("y",)),) * 10_001},
            "there are more than 10,000 section labels",
        ),
        ({"number": 10**9}, "the number is not between 0 and 999,999,999"),
        ({"number": -1}, "the number is not between 0 and 999,999,999"),
        ({"year": 1799}, f"the year is not between 1800 and {NEXT_YEAR}"),
        ({"year": NEXT_YEAR + 1}, f"the year is not between 1800 and {NEXT_YEAR}"),
        ({"year": 10**500}, f"the year is not between 1800 and {NEXT_YEAR}"),
        ({"month": 0}, "the month is not between 1 and 12"),
        ({"month": 13}, "the month is not between 1 and 12"),
        ({"day": 0}, "there is no such day in its month"),
        ({"day": 29}, "there is no such day in its month"),
        ({"month": None}, "there is a day but no month"),
    ],
)
def test_each_problem_is_told(changes: dict[str, Any], problem: str) -> None:
    assert problems(replace(GOOD, **changes)) == [problem]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "x" * 2_000},
        {"title": "", "sections": (Section(None, ("Bravo.",)),)},
        {"sections": (Section(None, ("x" * 100_000,)),)},
        {"sections": (Section(None, ("x" * 40_000, "x" * 20_000)), Section("A", ("x" * 39_998,)))},
        {"group_author": "x" * 10_000, "topics": ("x" * 10_000,)},
        {"topics": ("x",) * 10_000, "authors": (Author("x"),) * 10_000},
        {"sections": (Section("x" * 10_000, ("y",)),)},
        {"sections": (Section("x", ("y",)),) * 10_000},
        {"number": 0},
        {"number": 10**9 - 1},
        {"year": 1800},
        {"year": NEXT_YEAR},
        {"year": 2004, "day": 29},
        {"year": None, "day": 29},
        {"day": None},
        {"month": 12, "day": 31},
    ],
)
def test_limits_are_still_good(changes: dict[str, Any]) -> None:
    assert problems(replace(GOOD, **changes)) == []


def test_all_problems_are_told_at_once() -> None:
    assert len(problems(Abstract("", "", year=1, month=0, day=0))) == 4
