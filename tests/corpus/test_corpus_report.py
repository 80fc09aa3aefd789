from corpus import CorpusError, MalformedRecord, Problem, Report, UnusableFile


def test_a_problem_reads_as_file_line_and_reason() -> None:
    assert str(Problem("a.txt", 7, "the title is empty")) == "a.txt:7: the title is empty"


def test_a_report_starts_empty_and_keeps_what_it_is_told_apart() -> None:
    report = Report()
    assert (report.read, report.rejected, report.remarks) == (0, [], [])
    report.reject("a.txt", 1, "no PMID")
    report.remark("a.txt", 2, "odd")
    assert report.rejected == [Problem("a.txt", 1, "no PMID")]
    assert report.remarks == [Problem("a.txt", 2, "odd")]


def test_two_reports_share_nothing() -> None:
    first = Report()
    first.reject("a.txt", 1, "no PMID")
    assert Report().rejected == []


def test_an_unusable_file_is_told_in_one_sentence() -> None:
    error = UnusableFile("a.txt", "is empty")
    assert str(error) == "a.txt is empty."
    assert (error.source, error.reason) == ("a.txt", "is empty")
    assert isinstance(error, CorpusError)


def test_a_malformed_record_carries_its_place() -> None:
    error = MalformedRecord("a.txt", 3, "the entry has no PMID")
    assert str(error) == "a.txt:3: the entry has no PMID"
    assert (error.source, error.line, error.reason) == ("a.txt", 3, "the entry has no PMID")
    assert isinstance(error, CorpusError)
