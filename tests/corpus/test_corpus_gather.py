import gzip
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import Abstract, Report, UnusableFile, bundled_corpus, gather, read, write_jsonl
from corpus.formats import FORMATS

MakeFile = Callable[..., Path]

SHARED = Path(__file__).parents[3] / "shared"

ENTRY = """\
Topic

#1

Alfa

Gold R
J Neurol 2003;1:2
PMID# 11
Abstract

Bravo.
"""
NAMES = [known.name for known in FORMATS]
UNKNOWN = f"is in no known format: {', '.join(NAMES[:-1])} or {NAMES[-1]} was expected."
LINE = '{"pmid": "11", "title": "Alfa", "abstract": "Bravo."}\n'


@pytest.fixture
def file(tmp_path: Path) -> MakeFile:
    def write(content: str | bytes, name: str = "some.file") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refusal(path: Path) -> str:
    with pytest.raises(UnusableFile) as caught:
        list(read(path, Report()))
    message = str(caught.value)
    assert message.startswith(str(path))
    assert message.endswith(".")
    return message.removeprefix(f"{path} ")


@pytest.mark.parametrize("content", [ENTRY, LINE])
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.xml", "a"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_format_is_known_by_content_whatever_the_name(
    file: MakeFile, content: str, name: str, pack: Callable[[bytes], bytes]
) -> None:
    (abstract,) = read(file(pack(content.encode()), name), Report())
    assert (abstract.pmid, abstract.title, abstract.text) == ("11", "Alfa", "Bravo.")
    assert abstract.origin.source == name


@pytest.mark.parametrize("content", [ENTRY, LINE])
def test_a_byte_order_mark_changes_nothing(file: MakeFile, content: str) -> None:
    assert len(list(read(file("\ufeff" + content), Report()))) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty."),
        ("\ufeff \r\n\n", "is empty."),
        (gzip.compress(b"", mtime=0), "is empty."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is binary, not text: byte 8 is zero."),
        (ENTRY.encode("utf-16"), "is in UTF-16 or UTF-32 from byte 0 on; save it as UTF-8."),
        ("<!DOCTYPE html>\n<p>#1", "is an HTML page where abstracts were expected."),
        ("\n <HTML><body>", "is an HTML page where abstracts were expected."),
        (
            '<?xml version="1.0"?>\n<html xmlns="x">',
            "is an HTML page where abstracts were expected.",
        ),
        (
            "Interferon-ß".encode("latin-1"),
            "is not in UTF-8: byte 11 is 0xDF; save it as UTF-8 and try again.",
        ),
        ("[" + LINE + "]", "is JSON, but not JSON Lines: one object a line was expected."),
        (
            '{\n  "pmid": "11"\n}',
            "is JSON, but not JSON Lines: one object a line was expected.",
        ),
        (
            "Dear reader,\n",
            UNKNOWN,
        ),
        (
            '<?xml version="1.0"?>\n<feed>',
            UNKNOWN,
        ),
    ],
)
def test_an_unusable_file_says_why_in_one_sentence(
    file: MakeFile, content: str | bytes, sentence: str
) -> None:
    assert refusal(file(content)) == sentence


def test_a_page_in_another_encoding_names_the_byte(file: MakeFile) -> None:
    path = file(ENTRY.replace("Bravo", "ß").encode("latin-1"))
    with pytest.raises(UnusableFile, match=r"some\.file is not in UTF-8: byte 61 is 0xDF"):
        list(read(path, Report()))


def test_missing_files_and_folders_are_unusable(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.txt") == "does not exist."
    assert refusal(tmp_path) == "is a folder, not a file."


def test_a_gzip_file_broken_further_on_gives_its_beginning_first(file: MakeFile) -> None:
    lines = "".join(LINE.replace("11", str(number)) for number in range(50_000))
    path = file(gzip.compress(lines.encode())[:-20])
    reading = read(path, Report())
    assert next(reading).pmid == "0"
    with pytest.raises(UnusableFile, match="truncated gzip file"):
        list(reading)


def test_gathered_abstracts_are_normalised_and_counted(file: MakeFile) -> None:
    report = Report()
    (abstract,) = gather([file('{"pmid": 1, "title": " Alfa\\n bravo", "abstract": "x"}')], report)
    assert (abstract.pmid, abstract.title) == ("1", "Alfa bravo")
    assert report == Report(read=1)


def test_files_are_gathered_in_order(file: MakeFile) -> None:
    paths = [file(LINE, "b.jsonl"), file(ENTRY.replace("# 11", "# 12"), "a.txt")]
    assert [abstract.pmid for abstract in gather(paths, Report())] == ["11", "12"]


def test_a_pmid_is_gathered_once_and_the_report_names_the_first_place(file: MakeFile) -> None:
    paths = [file(ENTRY, "a.txt"), file(LINE + LINE, "b.jsonl")]
    report = Report()
    (abstract,) = gather(paths, report)
    assert abstract.origin.source == "a.txt"
    assert [str(problem) for problem in report.rejected] == [
        "b.jsonl:1: the PMID 11 was read before, at a.txt:3",
        "b.jsonl:2: the PMID 11 was read before, at a.txt:3",
    ]


def test_a_pmid_in_other_letter_case_is_the_same(file: MakeFile) -> None:
    report = Report()
    path = file(LINE.replace("11", "A-1") + LINE.replace("11", "a-1"))
    assert [abstract.pmid for abstract in gather([path], report)] == ["A-1"]
    assert [problem.line for problem in report.rejected] == [2]


def test_a_record_that_was_rejected_does_not_block_a_better_one(file: MakeFile) -> None:
    path = file(LINE.replace("Alfa", "x" * 2_001) + LINE)
    report = Report()
    assert [abstract.title for abstract in gather([path], report)] == ["Alfa"]
    assert [problem.line for problem in report.rejected] == [1]


def test_all_problems_of_a_record_are_told_in_one_line(file: MakeFile) -> None:
    report = Report()
    path = file('{"pmid": "a b", "title": "", "abstract": "", "month": 13}')
    assert list(gather([path], report)) == []
    (problem,) = report.rejected
    assert problem.reason.count("; ") == 2
    assert report.read == 0


def test_an_unusable_file_stops_the_gathering(file: MakeFile, tmp_path: Path) -> None:
    report = Report()
    gathering = gather([file(LINE), tmp_path / "none.txt"], report)
    assert next(gathering).pmid == "11"
    with pytest.raises(UnusableFile, match="does not exist"):
        next(gathering)
    assert report.read == 1


def test_what_was_gathered_can_be_written_and_gathered_again(tmp_path: Path) -> None:
    first = list(gather([bundled_corpus()], Report()))
    path = tmp_path / "again.jsonl.gz"
    assert write_jsonl(first, path) == 12
    assert list(gather([path], Report())) == first


beginnings = st.sampled_from([b"", b"{", b"#1\nAbstract\n", b"\x1f\x8b", b"\xef\xbb\xbf", b"<html"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(beginning=beginnings, rest=st.binary() | st.text().map(str.encode))
def test_no_file_raises_anything_but_unusable_file(
    file: MakeFile, beginning: bytes, rest: bytes
) -> None:
    report = Report()
    try:
        abstracts = list(gather([file(beginning + rest)], report))
    except UnusableFile:
        return
    assert report.read == len(abstracts)
    assert all(isinstance(abstract, Abstract) for abstract in abstracts)


def test_45372_real_abstracts_are_read_or_rejected_with_a_reason() -> None:
    path = SHARED / "scale" / "abstracts.jsonl.gz"
    if not path.exists():
        pytest.skip("the folder ../shared with 45,372 real abstracts is absent")
    report = Report()
    count = sum(1 for abstract in gather([path], report) if abstract.extra["source"])
    reasons = Counter(problem.reason for problem in report.rejected)
    print(f"read {report.read:,}, rejected {len(report.rejected):,}: {dict(reasons)}")  # noqa: T201
    assert count == report.read == 45_372
    assert not reasons
