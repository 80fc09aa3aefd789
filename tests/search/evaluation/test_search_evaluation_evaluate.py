"""The measures of a ranking, against numbers worked out by hand."""

from __future__ import annotations

import gzip
import json
import math
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from places import SHARED

from corpus import bundled_judgements
from index import Vocabulary
from search.errors import UnusableCollection
from search.evaluation.evaluate import (
    Bench,
    Collection,
    Evaluation,
    Run,
    baseline,
    evaluate,
    save_run,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

CORPUS: list[dict[str, object]] = [
    {"_id": "A1", "title": "alfa alfa", "text": "alfa  golf\nhotel"},
    {"_id": "b2", "title": "", "text": "alfa golf golf golf golf india"},
    {"_id": "c3", "title": "golf", "text": ""},
    {"_id": "d4", "text": "juliett"},
]
QUERIES = [
    {"_id": "q1", "text": "alfa"},
    {"_id": "q2", "text": "juliett the"},
    {"_id": "q3", "text": "zulu"},
    {"_id": "unjudged", "text": "golf"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\tA1\t2\nq1\tb2\t1\nq2\td4\t1\nq2\tA1\t0\nq3\tc3\t1\n"
BUNDLED_NDCG = 0.9153
"""What ``ranvier evaluate`` prints for the bundled page; a better figure may be put here."""

JUDGED = SHARED / "judged" / "cystic-fibrosis-odd"


def lines(entries: list[dict[str, object]] | list[dict[str, str]]) -> bytes:
    return "".join(json.dumps(entry) + "\n" for entry in entries).encode()


def write(home: Path, *, packed: bool = False, qrels: str = "qrels.tsv") -> Path:
    home.mkdir(exist_ok=True)
    for name, content in (("corpus", lines(CORPUS)), ("queries", lines(QUERIES))):
        if packed:
            (home / f"{name}.jsonl.gz").write_bytes(gzip.compress(content))
        else:
            (home / f"{name}.jsonl").write_bytes(content)
    (home / qrels).parent.mkdir(exist_ok=True)
    (home / qrels).write_text(QRELS, encoding="utf-8")
    return home


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection.load(write(tmp_path / "tiny"))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("qrels", ["qrels.tsv", "qrels/test.tsv"])
def test_a_collection_is_read_plain_and_packed(packed: bool, qrels: str, tmp_path: Path) -> None:  # noqa: FBT001
    found = Collection.load(write(tmp_path / "tiny", packed=packed, qrels=qrels))
    assert found.name == "tiny"
    assert [document.pmid for document in found.documents] == ["A1", "b2", "c3", "d4"]
    assert [document.title for document in found.documents] == ["alfa alfa", "", "golf", ""]
    assert [document.text for document in found.documents][:3] == [
        "alfa golf hotel",
        "alfa golf golf golf golf india",
        "",
    ]
    assert found.queries == {"q1": "alfa", "q2": "juliett the", "q3": "zulu"}
    assert found.judgements["q1"] == {"A1": 2, "b2": 1}


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("qrels.tsv", None, "qrels"),
        ("qrels.tsv", b"", "no judged queries"),
        ("qrels.tsv", b"query-id\tcorpus-id\tscore\nq1\tA1\tgood\n", "good"),
        ("qrels.tsv", b"one\ttwo\nq1\tA1\n", "score"),
        ("qrels.tsv", b"query-id\tcorpus-id\tscore\nq1\tA1\n", "collection"),
        ("qrels.tsv", b"\xff\xfe", "collection"),
        ("corpus.jsonl", None, "corpus"),
        ("corpus.jsonl", b"", "no documents"),
        ("corpus.jsonl", b"<html>", "collection"),
        ("corpus.jsonl", b'{"_id": "1"}', "text"),
        ("corpus.jsonl", b'{"_id": "1", "text": null}', "collection"),
        ("corpus.jsonl", b"[1]", "collection"),
        ("queries.jsonl", b"", "no judged queries"),
        ("queries.jsonl", b"17", "collection"),
    ],
)
def test_a_folder_that_is_no_collection_is_refused_in_one_sentence(
    file: str, content: bytes | None, reason: str, tmp_path: Path
) -> None:
    home = write(tmp_path / "tiny")
    (home / file).unlink()
    if content is not None:
        (home / file).write_bytes(content)
    with pytest.raises(UnusableCollection) as told:
        Collection.load(home)
    sentence = str(told.value)
    assert str(home) in sentence
    assert reason in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize("damage", ["not packed", "cut short", "overwritten"])
def test_a_damaged_archive_is_refused_in_one_sentence(damage: str, tmp_path: Path) -> None:
    home = write(tmp_path / "tiny", packed=True)
    packed = home / "corpus.jsonl.gz"
    content = packed.read_bytes()
    packed.write_bytes(
        {
            "not packed": lines(CORPUS),
            "cut short": content[: len(content) // 2],
            "overwritten": content[:10] + b"\xff" * 40,
        }[damage]
    )
    with pytest.raises(UnusableCollection, match="is no collection"):
        Collection.load(home)


def test_a_folder_that_is_not_there_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(UnusableCollection, match="nowhere"):
        Collection.load(tmp_path / "nowhere")


def test_measures_are_those_of_the_textbook(collection: Collection) -> None:
    # q1: relevance 0, 2, 1 at ranks 1, 2, 3; q2: right at once; q3: no hits.
    run: Run = {"q1": {"c3": 3.0, "A1": 2.0, "b2": 1.0}, "q2": {"d4": 9.0, "A1": 1.0}}
    found = evaluate(run, collection)
    log = math.log2
    gained, best = 2 / log(3) + 1 / log(4), 2 / log(2) + 1 / log(3)
    expected = {
        "q1": {
            "nDCG@10": gained / best,
            "AP": (1 / 2 + 2 / 3) / 2,
            "R@100": 1.0,
            "P@10": 2 / 10,
            "RR": 1 / 2,
        },
        "q2": {"nDCG@10": 1.0, "AP": 1.0, "R@100": 1.0, "P@10": 1 / 10, "RR": 1.0},
        "q3": {"nDCG@10": 0.0, "AP": 0.0, "R@100": 0.0, "P@10": 0.0, "RR": 0.0},
    }
    for query, measures in expected.items():
        assert found.by_query[query] == pytest.approx(measures), query
    assert found.means == pytest.approx(
        {
            measure: sum(expected[query][measure] for query in expected) / 3
            for measure in expected["q1"]
        }
    )


def test_a_run_that_finds_nothing_is_worth_nothing(collection: Collection) -> None:
    assert set(evaluate({}, collection).means.values()) == {0.0}


def test_the_whole_order_of_judgements_is_worth_one(collection: Collection) -> None:
    perfect: Run = {
        query: {document: float(grade) for document, grade in grades.items() if grade}
        for query, grades in collection.judgements.items()
    }
    means = evaluate(perfect, collection).means
    assert [means[measure] for measure in ("nDCG@10", "AP", "RR")] == [1.0, 1.0, 1.0]


def of(values: Mapping[str, float]) -> Evaluation:
    return Evaluation({}, {query: {"AP": value} for query, value in values.items()})


def test_how_likely_a_difference_is_by_chance() -> None:
    one = of({"a": 0.1, "b": 0.4, "c": 0.3})
    other = of({"c": 0.2, "b": 0.2, "a": 0.1})
    # Differences 0, 0.2, 0.1: t = 0.1 / (0.1 / √3) = √3 with 2 degrees of freedom,
    # for which p = 1 - t / √(2 + t²).
    expected = 1 - math.sqrt(3) / math.sqrt(5)
    assert one.p_value(other, "AP") == pytest.approx(expected)
    assert other.p_value(one, "AP") == pytest.approx(expected)
    assert one.p_value(one, "AP") == 1.0


def test_the_baseline_scores_as_lucene_does(collection: Collection) -> None:
    run = baseline(collection)
    # Lengths without stop words: 5, 6, 1, 1; "alfa" three times in the first, once in the second.
    average, idf = 13 / 4, math.log(1 + (4 - 2 + 0.5) / (2 + 0.5))

    def score(frequency: int, length: int) -> float:
        return idf * frequency / (frequency + 1.2 * (1 - 0.75 + 0.75 * length / average))

    assert run["q1"] == pytest.approx({"A1": score(3, 5), "b2": score(1, 6)}, rel=1e-5)
    assert list(run["q2"]) == ["d4"]
    assert run["q3"] == {}


def test_a_bench_runs_every_query_and_cleans_up(collection: Collection) -> None:
    with Bench(collection, Vocabulary()) as bench:
        home = Path(bench._home.name)
        run = bench.run()
        assert home.exists()
    assert not home.exists()
    assert {query: list(hits) for query, hits in run.items()} == {
        "q1": ["A1", "b2"],
        "q2": ["d4"],
        "q3": [],
    }
    for hits in run.values():
        assert list(hits.values()) == sorted(hits.values(), reverse=True)


def test_a_run_is_saved_in_the_format_of_trec(tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    save_run({"q1": {"A1": 2.5, "b2": 1 / 3}, "q2": {}, "q3": {"é": 1.0}}, path, tag="ours")
    assert path.read_text(encoding="utf-8").splitlines() == [
        "q1 Q0 A1 1 2.500000 ours",
        "q1 Q0 b2 2 0.333333 ours",
        "q3 Q0 é 1 1.000000 ours",
    ]


def test_we_rank_better_than_plain_bm25_on_judgements_of_others(vocabulary: Vocabulary) -> None:
    if not JUDGED.exists():
        pytest.skip(f"the judged collection {JUDGED.name} does not lie beside the checkout")
    collection = Collection.load(JUDGED)
    with Bench(collection, vocabulary) as bench:
        ours = evaluate(bench.run(), collection)
    theirs = evaluate(baseline(collection), collection)
    assert 0.3 < theirs.means["nDCG@10"] < ours.means["nDCG@10"]


def test_the_ranking_of_the_bundled_page_gets_no_worse(vocabulary: Vocabulary) -> None:
    collection = Collection.bundled()
    with Bench(collection, vocabulary) as bench:
        ours = evaluate(bench.run(), collection)
    assert ours.means["nDCG@10"] > BUNDLED_NDCG - 0.01
    assert ours.means["nDCG@10"] > evaluate(baseline(collection), collection).means["nDCG@10"]


def test_the_bundled_judgements_name_bundled_abstracts_and_give_reasons() -> None:
    collection = Collection.bundled()
    pmids = {abstract.pmid for abstract in collection.documents}
    entries = tomllib.loads(bundled_judgements().read_text(encoding="utf-8"))["query"]
    assert len(entries) >= 40
    assert len({entry["text"] for entry in entries}) == len(entries)
    for entry in entries:
        assert entry["judgements"], entry["text"]
        for pmid, grade, reason in entry["judgements"]:
            assert pmid in pmids
            assert grade in {1, 2, 3}
            assert len(reason) > 5
