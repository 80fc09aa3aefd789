from corpus.issn import issns_in


def test_issns_are_found_in_texts() -> None:
    assert issns_in(["03064530 (ISSN)", "0894-9867, 0894-9867"]) == ("0306-4530", "0894-9867")
    assert issns_in(["1234-567x (Print)"]) == ("1234-567X",)
    assert issns_in(["978-1-59593-411-1", "9781595934111"]) == ()
