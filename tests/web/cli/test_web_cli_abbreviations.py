"""The command ``ranvier abbreviations``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from index import Vocabulary, build
from web.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = (
    "Alfa bravo charlie (ABC) is rare, and the delta echo (DE) too.",
    "The alfa bravo charlie (ABC) grows.",
    "The delta egg (DE) hatched.",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("abbreviations")
    lines = (
        json.dumps({"pmid": str(number), "title": "A title", "abstract": text})
        for number, text in enumerate(TEXTS, start=1)
    )
    (folder / "small.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build(folder / "index", [folder / "small.jsonl"], vocabulary=Vocabulary())
    return folder / "index"


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--index", str(home), "abbreviations", *arguments])


def test_it_lists_all_with_their_counts(home: Path) -> None:
    result = run(home)
    assert result.exit_code == 0
    assert "alfa bravo charlie" in result.output
    assert "2 of 2 short forms." in result.output


def test_as_objects_the_most_defined_first(home: Path) -> None:
    entries = json.loads(run(home, "--json").output)
    assert entries[0] == {
        "short": "ABC",
        "abstracts": 2,
        "agreed": "alfa bravo charlie",
        "meanings": [{"long": "alfa bravo charlie", "abstracts": 2}],
    }
    assert entries[1]["agreed"] is None
    assert [one["long"] for one in entries[1]["meanings"]] == ["delta echo", "delta egg"]


def test_one_short_form_in_any_capitals(home: Path) -> None:
    assert [one["short"] for one in json.loads(run(home, "abc", "--json").output)] == ["ABC"]


def test_conflicts_only(home: Path) -> None:
    assert [o["short"] for o in json.loads(run(home, "--conflicts", "--json").output)] == ["DE"]
    assert json.loads(run(home, "ABC", "--conflicts", "--json").output) == []


def test_a_limit(home: Path) -> None:
    assert len(json.loads(run(home, "--json", "--limit", "1").output)) == 1
    assert "1 of 2 short forms." in run(home, "--limit", "1").output


def test_an_unknown_one_is_said_in_a_sentence(home: Path) -> None:
    result = run(home, "XYZ")
    assert result.exit_code == 2
    assert result.output == "No abstract here defines “XYZ”.\n"


def test_without_an_index_it_says_so(tmp_path: Path) -> None:
    result = run(tmp_path / "none")
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 1
