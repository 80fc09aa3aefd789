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
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is binary, not text."),
        ("<!DOCTYPE html>\n<p>#1", "is an HTML page where abstracts were expected."),
        ("\n <HTML><body>", "is an HTML page where abstracts were expected."),
        (
            '<?xml version="1.0"?>\n<html xmlns="x">',
            "is an HTML page where abstracts were expected.",
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


@pytest.mark.parametrize("content", [ENTRY, LINE])
@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-16", "UTF-16"), ("cp1252", "Windows-1252"), ("utf-8", "UTF-8")]
)
def test_an_encoding_is_recognized_and_told(
    file: MakeFile, content: str, encoding: str, name: str
) -> None:
    report = Report()
    text = content.replace("Bravo", "ß – Bravo")
    assert [one.text for one in gather([file(text.encode(encoding))], report)] == ["ß – Bravo."]
    assert report.files[0].encoding == name


def test_missing_files_are_unusable(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.txt") == "does not exist."


def test_a_foreign_file_in_a_folder_is_named_and_passed_over(file: MakeFile) -> None:
    paths = [file(LINE, "a.jsonl"), file(b"\x89PNG\x00", "b.png")]
    report = Report()
    assert [one.pmid for one in gather([paths[0].parent], report)] == ["11"]
    assert [(Path(one.file).name, one.error) for one in report.files] == [
        ("a.jsonl", None),
        ("b.png", f"{paths[1]} is binary, not text."),
    ]


def test_every_record_of_a_file_is_counted_once(file: MakeFile) -> None:
    lines = [LINE, LINE, "{}\n", '{"pmid": "a b", "title": "Alfa"}\n', '{"title": "Bravo"}\n']
    report = Report()
    assert len(list(gather([file("".join(lines))], report))) == 2
    (counts,) = report.files
    assert (counts.format, counts.records) == ("JSON Lines", 5)
    assert (counts.usable, counts.title_only) == (2, 1)
    assert (counts.rejected, counts.duplicates) == (2, 1)
    assert [problem.record for problem in report.rejected] == [3, 4]
    assert [(merge.record, merge.id, merge.of[1:]) for merge in report.merged] == [
        (2, "11", (1, "11"))
    ]


def test_columns_of_tables_may_be_named(file: MakeFile) -> None:
    path = file("Titel;Zusammenfassung\nAlfa;Bravo\n")
    columns = {"title": "Titel", "abstract": "Zusammenfassung"}
    (one,) = gather([path], Report(), columns=columns)
    assert (one.title, one.text) == ("Alfa", "Bravo")


def test_a_record_that_an_update_deletes_is_left_out(file: MakeFile) -> None:
    update = (
        b"<PubmedArticleSet><DeleteCitation><PMID>11</PMID></DeleteCitation></PubmedArticleSet>"
    )
    report = Report()
    paths = [file(LINE, "a.jsonl"), file(update, "b.xml")]
    assert list(gather(paths, report)) == []
    assert [str(one) for one in report.rejected] == [f"{paths[0]}, record 1: deleted by b.xml"]
    assert [one.pmid for one in gather([*paths, paths[0]], Report())] == ["11"]


def test_a_gzip_file_broken_further_on_gives_its_beginning_first(file: MakeFile) -> None:
    lines = "".join(LINE.replace("11", str(number)) for number in range(50_000))
    path = file(gzip.compress(lines.encode())[:-20])
    reading = read(path, Report())
    assert next(reading).pmid == "0"
    with pytest.raises(UnusableFile, match="is truncated"):
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
    assert abstract.also_in == ("b.jsonl",)
    assert [(merge.file, merge.record) for merge in report.merged] == [
        (str(paths[1]), 1),
        (str(paths[1]), 2),
    ]
    assert {merge.of for merge in report.merged} == {(str(paths[0]), 1, "11")}
    assert not report.rejected


def test_a_pmid_in_other_letter_case_is_the_same(file: MakeFile) -> None:
    report = Report()
    path = file(LINE.replace("11", "A-1") + LINE.replace("11", "a-1"))
    assert [abstract.pmid for abstract in gather([path], report)] == ["A-1"]
    assert [merge.record for merge in report.merged] == [2]


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


def test_an_unusable_file_that_was_named_stops_the_gathering(
    file: MakeFile, tmp_path: Path
) -> None:
    paths = [file(LINE), tmp_path / "none.txt"]
    with pytest.raises(UnusableFile, match="does not exist"):
        next(gather(paths, Report()))
    report = Report()
    assert [one.pmid for one in gather(paths, report, strict=False)] == ["11"]
    assert report.files[1].error == f"{paths[1]} does not exist."


def test_what_stands_before_a_fault_of_a_file_is_gathered(file: MakeFile) -> None:
    lines = "".join(LINE.replace("11", str(number)) for number in range(50_000))
    report = Report()
    path = file(gzip.compress(lines.encode())[:-20])
    count = sum(1 for _ in gather([path], report))
    (counts,) = report.files
    assert count == counts.usable > 40_000
    assert (counts.rejected, counts.error) == (1, f"{path} is truncated: its end is missing.")
    assert report.rejected[0].reason == (
        "the rest is lost: the file is truncated: its end is missing"
    )


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
