"""The mutation run: which changes it makes, which tests it asks, how a trial ends."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1]))

from mutants import command
from mutants.mutations import mutations
from mutants.trials import Mutant, Outcome, Tree, stages

ROOT = Path(__file__).parents[2]


def changed(source: str) -> set[str]:
    return {mutation.applied(source) for mutation in mutations(source)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a < b", {"x = (a <= b)"}),
        ("x = a is b", {"x = (a is not b)"}),
        ("x = a and b", {"x = (a or b)"}),
        ("x = not a", {"x = (a)"}),
        ("x = a + b", {"x = (a - b)"}),
        ("x = 'a' + b", set()),
        ("x = 2", {"x = 3", "x = 1"}),
        ("x = True", {"x = False"}),
        ("x = Cache(1 << 14)", set()),
        ("x = b if a else c", {"x = b if (not (a)) else c"}),
        ("x = [a for a in b if a]", {"x = [a for a in b if (not (a))]"}),
        ("if a:\n    f()", {"if (not (a)):\n    f()", "if a:\n    pass"}),
        ("a.b = c", {"pass"}),
        ("a = c", set()),
        ("raise a", {"pass"}),
        ("def f():\n    return a", {"def f():\n    return None"}),
        ("def f():\n    return None", set()),
        ("def f():\n    '''One is not two.'''", set()),
        ("if TYPE_CHECKING:\n    f(1)", set()),
        ("def f(a: Literal[1] = 'b') -> Literal[2]: ...", set()),
        ("@dataclass(frozen=True)\nclass A: ...", set()),
        ("ß = f('é')[1:]", {"ß = f('é')[2:]", "ß = f('é')[0:]"}),
    ],
)  # fmt: skip
def test_the_changes_of_a_source(source: str, expected: set[str]) -> None:
    assert changed(source) == expected


def test_every_mutant_of_the_product_is_python_and_means_something_else() -> None:
    for file in command.modules()[::20]:
        source = (ROOT / file).read_text(encoding="utf-8")
        before = ast.dump(ast.parse(source))
        for mutation in mutations(source):
            other = mutation.applied(source)
            assert ast.dump(ast.parse(other)) != before, (file, mutation)


def test_a_seed_decides_the_sample() -> None:
    some = command.drawn(20, seed=1, only="corpus/")
    assert some == command.drawn(20, seed=1, only="corpus/")
    assert some != command.drawn(20, seed=2, only="corpus/")
    assert len({mutant.place for mutant in some}) > 5
    assert all(mutant.file.startswith("corpus/") for mutant in some)


def test_the_nearest_tests_come_first_and_those_of_lower_layers_not_at_all() -> None:
    near, layer, rest = stages("search/query/parser.py", ROOT)
    assert near[0].endswith("_parser.py")
    assert all("search" in test for test in layer)
    assert any("web" in test for test in rest)
    assert not any("_corpus_" in test or "browser" in test for test in [*near, *layer, *rest])
    lowest = [test for tests in stages("corpus/record.py", ROOT) for test in tests]
    assert {*near, *layer, *rest} < set(lowest)
    assert len(lowest) == len(set(lowest))


def test_a_listed_mutant_that_is_gone_is_told() -> None:
    [mutant] = command.drawn(1, seed=3, only="corpus/record.py")
    known = command.key(mutant)
    other = known[0], known[1].replace("+", "-", 1)
    assert command.gone({known, other, ("corpus/nothing.py", "")}) == {
        other,
        ("corpus/nothing.py", ""),
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one module with a test that notices only a change of ``alfa``."""
    root = tmp_path / "project"
    (root / "corpus").mkdir(parents=True)
    (root / "tests").mkdir()
    (root / "corpus" / "words.py").write_text(
        "def alfa(n):\n    return n < 2\n\ndef bravo(n):\n    while n > 0:\n        n = n - 1\n"
    )
    (root / "tests" / "test_corpus_words.py").write_text(
        "from corpus.words import alfa, bravo\n\n"
        "def test_alfa():\n    assert alfa(1)\n    assert not alfa(2)\n    bravo(1)\n"
    )
    return root


@pytest.mark.parametrize(
    ("before", "limit", "outcome", "by"),
    [
        ("n < 2", 300, Outcome.NOTICED, "tests/test_corpus_words.py::test_alfa"),
        ("n > 0", 300, Outcome.SURVIVED, ""),
        ("n - 1", 5, Outcome.TIMED_OUT, ""),
    ],
)
def test_a_trial_ends_in_one_of_three_ways(
    project: Path, tmp_path: Path, before: str, limit: float, outcome: Outcome, by: str
) -> None:
    source = (project / "corpus" / "words.py").read_text()
    found = next(
        mutation
        for mutation in mutations(source)
        if source[mutation.start : mutation.end] == before and " " in mutation.text
    )
    home = tmp_path / "home"
    home.mkdir()
    tree = Tree(project, home)
    result = tree.tried(Mutant("corpus/words.py", found, source), limit)
    assert (result.outcome, result.by) == (outcome, by)
    assert (tree.root / "corpus" / "words.py").read_text() == source
