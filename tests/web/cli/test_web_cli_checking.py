"""The command ``ranvier check``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from index import Vocabulary
from web.cli import checking
from web.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

RIS = "TY  - JOUR\nTI  - Alfa\nAB  - bravo\nDO  - 10.1000/alfa\nER  - \n"
LINES = [
    '{"pmid": "1", "title": "Charlie", "abstract": "delta"}',
    '{"pmid": "1", "title": "Charlie", "abstract": "delta"}',
    '{"pmid": "2", "title": "Echo"}',
    "{}",
]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    home = tmp_path / "sources"
    home.mkdir()
    (home / "a.ris").write_text(RIS)
    (home / "b.jsonl").write_text("\n".join(LINES))
    (home / "c.png").write_bytes(b"\x89PNG\x00")
    return home


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Vocabulary, "bundled", Vocabulary)
    return tmp_path / "index"


def run(index: Path, *arguments: str) -> str:
    result = CliRunner().invoke(main, ["--index", str(index), *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def checked(index: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(index, "check", "--json", *arguments))
    return found


def test_each_file_is_told_with_its_counts(sources: Path, index: Path) -> None:
    found = checked(index, str(sources))
    ris, lines, png = found["sources"]
    assert ris == {
        "file": str(sources / "a.ris"),
        "format": "RIS",
        "encoding": "UTF-8",
        "records": 1,
        "usable": 1,
        "title_only": 0,
        "rejected": 0,
        "duplicates": 0,
    }
    assert (lines["records"], lines["usable"], lines["title_only"]) == (4, 2, 1)
    assert (lines["rejected"], lines["duplicates"]) == (1, 1)
    assert png["error"] == f"{sources / 'c.png'} is binary, not text."
    assert found["rejections"] == [
        {
            "file": str(sources / "b.jsonl"),
            "line": 4,
            "record": 4,
            "reason": "without title and abstract",
        }
    ]
    same = {"file": str(sources / "b.jsonl"), "id": "1"}
    assert found["merged"] == [same | {"record": 2, "of": same | {"record": 1}}]


def test_all_is_new_where_nothing_is_live(sources: Path, index: Path) -> None:
    found = checked(index, str(sources))
    assert found["new"] == {"count": 3, "ids": ["doi-10.1000-alfa", "1", "2"]}
    assert [found[kind]["count"] for kind in ("changed", "gone", "unchanged")] == [0, 0, 0]


def test_the_live_index_is_compared_with(sources: Path, index: Path) -> None:
    run(index, "build", str(sources))
    assert checked(index, str(sources))["unchanged"]["count"] == 3
    (sources / "a.ris").unlink()
    changed = [*LINES[:2], LINES[2].replace("Echo", "Foxtrot"), '{"id": "new", "title": "Golf"}']
    (sources / "b.jsonl").write_text("\n".join(changed))
    found = checked(index, str(sources))
    assert {kind: found[kind]["ids"] for kind in ("new", "changed", "gone", "unchanged")} == {
        "new": ["new"],
        "changed": ["2"],
        "gone": ["doi-10.1000-alfa"],
        "unchanged": ["1"],
    }


def test_long_lists_are_cut_and_say_so(
    sources: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "LISTED", 2)
    assert checked(index, str(sources))["new"] == {
        "count": 3,
        "ids": ["doi-10.1000-alfa", "1"],
        "cut": True,
    }


def test_people_read_the_same_in_words(sources: Path, index: Path) -> None:
    text = " ".join(run(index, "check", str(sources)).split())
    assert "4 records: 2 usable (1 title only), 1 rejected, 1 duplicates" in text
    assert "b.jsonl:4: without title and abstract" in text
    assert "is binary, not text." in text
    assert "3 new, 0 changed, 0 gone, 0 unchanged" in text
    assert text == " ".join(run(index, "build", "--dry-run", str(sources)).split())
    assert not index.exists()


def test_columns_may_be_named(tmp_path: Path, index: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Titel;Text\nAlfa;Bravo\n")
    found = checked(index, str(path), "--column", "title=Titel", "--column", "abstract=Text")
    assert found["sources"][0]["usable"] == 1
    result = CliRunner().invoke(main, ["check", str(path), "--column", "nonsense=x"])
    assert result.exit_code == 2
    assert "is not FIELD=NAME" in result.stderr
