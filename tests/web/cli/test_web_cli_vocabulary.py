"""The commands ``ranvier vocabulary``, and a site's own vocabulary in a build."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from corpus import bundled_corpus
from index import OpenedGeneration, Vocabulary
from index.inspection.audit import sizes
from search import Searcher
from web.cli.main import main
from web.settings import Settings

ROOT = Path(__file__).parents[3]
FIRST = 'kind = "course"\n[[concept]]\nid = "a"\nname = "alfa"\nplain = "A."\n'
SITE = '[[concept]]\nid = "ivig"\nvariants = ["immune juice"]\n'


def run(*arguments: str | Path, index: Path | None = None, vocabulary: str = "") -> Result:
    environ = {"RANVIER_INDEX": str(index) if index else None, "RANVIER_VOCABULARY": vocabulary}
    return CliRunner().invoke(main, list(map(str, arguments)), env=environ, catch_exceptions=False)


def fails(*arguments: str | Path, index: Path | None = None) -> str:
    result = run("vocabulary", *arguments, index=index)
    assert result.exit_code == 2
    assert not result.stdout
    assert re.fullmatch(r"[^\n]+\.\n", result.stderr)
    return result.stderr


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(SITE, encoding="utf-8")
    return path


def test_check_counts_kinds_lists_the_unused_and_finds_the_shipped_clean(index_dir: Path) -> None:
    result = run("vocabulary", "check", "--unused", index=index_dir)
    assert result.exit_code == 0
    assert re.search(r"^ course +\d+ +\d+ +\d+ *$", result.stdout, re.MULTILINE)
    assert re.search(r"^ all +\d,\d+ +1\d,\d+ +1\d,\d+ *$", result.stdout, re.MULTILINE)
    assert re.search(r"^0 clash, 0 never found, .*, [\d,]+ unused$", result.stdout, re.MULTILINE)
    assert "Used or not in 12 abstracts of the live index." in result.stdout
    assert re.search(r"^unused: balo: Balo concentric sclerosis$", result.stdout, re.MULTILINE)
    assert "unused: ivig" not in result.stdout


def test_check_reads_other_files_and_ends_with_one_if_they_clash(tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_text(FIRST + FIRST.partition("\n")[2].replace('"a"', '"b"'), encoding="utf-8")
    result = run("vocabulary", "check", path, index=tmp_path / "none")
    assert result.exit_code == 1
    assert "clash: a: “alfa” is “alfa” of b" in result.stdout
    assert "What is unused was not looked for. There is no index" in result.stdout
    assert "unused: " not in result.stdout


def test_check_reads_a_site_beside_the_shipped(index_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(SITE.replace("immune juice", "multiple sclerosis"), encoding="utf-8")
    result = run("vocabulary", "check", "--vocabulary", path, index=index_dir)
    assert result.exit_code == 1
    assert re.search(r"^clash: \S+: .*“multiple sclerosis”", result.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (FIRST + 'broader = ["b"]', "names a broader concept “b”, which does not exist"),
        (FIRST + 'broader = ["a"]', "is broader than itself"),
        (FIRST + 'broder = ["a"]', "Vocabulary file one.toml, concept “a”: “broder” is not a key"),
    ],
)
def test_a_vocabulary_that_cannot_be_used_ends_with_two(
    tmp_path: Path, text: str, sentence: str
) -> None:
    path = tmp_path / "one.toml"
    path.write_text(text, encoding="utf-8")
    assert sentence in fails("check", path)
    assert "one.toml" in fails("check", path)


def test_explain_says_what_is_recognized_and_why() -> None:
    text = "Relapsing/Remitting MS; primary progressive aphasia\x1b[31m"
    result = run("vocabulary", "explain", text)
    assert result.exit_code == 0
    assert "0-22 “Relapsing/Remitting MS” is “relapsing-remitting MS” of" in result.stdout
    assert "(rrms, course); letter case, hyphen, slash or space." in result.stdout
    assert "Not counted: within “primary progressive aphasia”, which means" in result.stdout
    assert "\x1b" not in result.stdout
    assert run("vocabulary", "explain", "nothing").stdout == "Nothing is recognized.\n"


def test_explain_reads_queries_and_gives_json() -> None:
    for query, expected in ((["--query"], ["rrms"]), ([], [])):
        result = run("vocabulary", "explain", "rrms", "--json", *query)
        found = json.loads(result.stdout)
        assert found["text"] == "rrms"
        assert [one["concept"] for one in found["recognized"]] == expected


def test_explain_knows_a_sites_spellings_by_option_and_environment(site: Path) -> None:
    arguments = ("vocabulary", "explain", "immune juice")
    assert "Nothing" in run(*arguments).stdout
    assert "(ivig, " in run(*arguments, "--vocabulary", site).stdout
    assert "(ivig, " in run(*arguments, vocabulary=f"{os.pathsep}{site}").stdout


def test_diff_lists_abstracts_gained_and_lost(index_dir: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(FIRST.replace("alfa", "placebo"), encoding="utf-8")
    new.write_text(FIRST.replace("alfa", "MRI"), encoding="utf-8")
    result = run("vocabulary", "diff", old, new, index=index_dir)
    assert result.exit_code == 0
    assert re.search(
        r"^changed: a \(MRI\): \+\d+ -\d+ abstracts\n  \+ \d{8}.*\n  - \d{8}", result.stdout
    )
    found = run("vocabulary", "diff", old, new, "--source", bundled_corpus(), "--json")
    changes = json.loads(found.stdout)["changes"]
    with Searcher.open(index_dir) as searcher:
        assert len(changes[0]["lost"]) <= searcher.search("placebo").total
    same = run("vocabulary", "diff", old, old, index=index_dir)
    assert same.stdout == "No difference.\n"


def test_diff_reads_a_site_onto_the_shipped(index_dir: Path, tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[[concept]]\nid = "ivig"\nremove = ["IVIG"]\n', encoding="utf-8")
    result = run("vocabulary", "diff", "shipped", site, "--extend", index=index_dir)
    assert "changed: ivig (" in result.stdout
    assert "1 changed" in result.stdout


def test_a_build_keeps_a_sites_vocabulary(site: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    assert run("build", "--vocabulary", site, index=index).exit_code == 0
    published = OpenedGeneration.open(index)
    assert "immune juice" in published.analyzer.vocabulary.concepts["ivig"].variants
    assert published.analyzer.vocabulary == Vocabulary.bundled().extended([site])
    assert len(list(published.abstracts())) == 12
    published.close()
    assert "Searched for immune juice" in run("search", "immune", "juice", index=index).stdout


def test_a_build_with_a_faulty_vocabulary_changes_nothing(tmp_path: Path) -> None:
    result = run("build", "--vocabulary", tmp_path / "gone.toml", index=tmp_path / "index")
    assert result.exit_code == 2
    assert "gone.toml cannot be read" in result.stderr
    assert not (tmp_path / "index").exists()


def test_the_example_and_the_figures_of_the_readme_hold(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    path = tmp_path / "site.toml"
    path.write_text(re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)[0], encoding="utf-8")
    assert "house-protocol" in vocabulary.extended([path]).concepts
    size = [sum(counts) for counts in zip(*sizes(vocabulary).values(), strict=True)]
    assert f"{size[0]:,} concepts with {size[1]:,} spellings" in readme


def test_the_setting_is_a_list_of_paths(tmp_path: Path) -> None:
    given = os.pathsep.join([str(tmp_path), "", "mine.toml"])
    environ = {"RANVIER_VOCABULARY": given}
    assert list(map(str, Settings.of(environ=environ).vocabulary)) == [str(tmp_path), "mine.toml"]
    assert Settings.of(environ=environ, vocabulary=[tmp_path]).vocabulary == (tmp_path,)
    assert Settings.of(environ={}).vocabulary == ()
