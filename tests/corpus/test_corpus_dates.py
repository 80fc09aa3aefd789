import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.dates import Day, iso, parse_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2002 Sep", (2002, 9, None)),
        ("2003 Feb 15", (2003, 2, 15)),
        ("2003 Oct-Nov", (2003, 10, None)),
        ("1998 Dec-1999 Jan", (1998, 12, None)),
        ("2019 Spring", (2019, None, None)),
        ("2019///", (2019, None, None)),
        ("2019/05/07/", (2019, 5, 7)),
        ("2017/07/30 06:00", (2017, 7, 30)),
        ("20170728", (2017, 7, 28)),
        ("2017-07", (2017, 7, None)),
        ("1 Dec 2021", (2021, 12, 1)),
        ("December 2021", (2021, 12, None)),
        ("MAY-JUN 2003", (2003, 5, None)),
        ("2003 Feb 30", (2003, 2, None)),
        ("2003-13-01", (2003, None, None)),
        ("2003", (2003, None, None)),
        ("2000-2004", (2000, None, None)),
        ("10 15", (None, None, None)),
        ("", (None, None, None)),
        ("9999", (None, None, None)),
    ],
)
def test_a_date_says_what_it_names(text: str, day: Day) -> None:
    assert parse_date(text) == day


def test_iso_goes_as_far_as_the_date_does() -> None:
    assert iso("2003 Feb 5") == "2003-02-05"
    assert iso("2003 Feb") == "2003-02"
    assert iso("Spring") is None


@given(st.text("0123456789 -/JanFeb", max_size=20))
def test_no_date_raises_and_each_exists(text: str) -> None:
    year, month, day = parse_date(text)
    assert month is None or year is not None
    assert day is None or month is not None
