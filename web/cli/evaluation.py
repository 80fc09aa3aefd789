"""The command ``ranvier evaluate``: how good the ranking is on collections that others judged."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from index import Vocabulary
from search.evaluation.evaluate import (
    MEASURES,
    Bench,
    Collection,
    Evaluation,
    baseline,
    evaluate,
    save_run,
)
from search.weights import FeedbackWeights, Weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from search.evaluation.evaluate import Run

FEEDBACK = "feedback."
FIRST = str(MEASURES[0])


@dataclass(frozen=True)
class Setting:
    """One way to rank: what differs from the default, and whether concepts are known."""

    name: str
    weights: Weights = field(default_factory=Weights)
    feedback: FeedbackWeights = field(default_factory=FeedbackWeights)
    has_concepts: bool = True

    def changed(self, change: str) -> Setting:
        """The setting with one value changed, given as ``name=value``."""
        name, _, value = change.partition("=")
        if name.startswith(FEEDBACK):
            feedback = _replaced(self.feedback, name.removeprefix(FEEDBACK), value)
            return replace(self, name=change, feedback=feedback)
        return replace(self, name=change, weights=_replaced(self.weights, name, value))


DEFAULT = Setting("Ranvier")

ABLATIONS = (
    Setting("without concepts", has_concepts=False),
    Setting("without the words of concepts", Weights(hint=0.0)),
    Setting("title weighs as the text", Weights(title=1.0)),
    Setting("k1 as in Lucene", Weights(k1=1.2)),
    Setting("all words first", Weights(all_words_first=True)),
    Setting("without feedback", feedback=FeedbackWeights(weight=0.0)),
    Setting("feedback not sharpened", feedback=FeedbackWeights(sharpness=1.0)),
    Setting("feedback by single hits", feedback=FeedbackWeights(shared_by=1)),
)


@click.command("evaluate")
@click.argument("collections", nargs=-1, metavar="[DIR]...", type=Path)
@click.option("--ablation", is_flag=True, help="Also with each technique left out.")
@click.option(
    "--compare",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="Also with a setting changed, such as k1=1.2 or feedback.weight=0; shows what it wins.",
)
@click.option("--per-query", is_flag=True, help="Also each query's figures.")
@click.option("--save-run", type=Path, metavar="FILE", help="Write the run in TREC's format.")
def evaluate_command(
    collections: tuple[Path, ...],
    *,
    ablation: bool,
    changes: tuple[str, ...],
    per_query: bool,
    save_run: Path | None,
) -> None:
    """Measure the ranking on judged collections in BEIR layout.

    Each DIR is indexed into a folder that is thrown away; without one, the bundled abstracts with
    their own judged queries are taken. Figures stand beside BM25 in Lucene's form over the same
    texts; p is that of a paired t-test of the first measure against it.
    """
    settings = [DEFAULT, *(ABLATIONS if ablation else ()), *map(DEFAULT.changed, changes)]
    for collection in map(Collection.load, collections) if collections else [Collection.bundled()]:
        _evaluate(collection, settings, per_query=per_query, run_file=save_run)


def _evaluate(
    collection: Collection, settings: list[Setting], *, per_query: bool, run_file: Path | None
) -> None:
    plain = evaluate(baseline(collection), collection)
    found: dict[str, Evaluation] = {}
    for setting, run in _runs(collection, settings):
        found[setting.name] = evaluate(run, collection)
        if setting is DEFAULT and run_file:
            save_run(run, run_file, tag="ranvier")
    console = Console()
    console.print(_table(collection, plain, found))
    if per_query:
        console.print(_queries(collection, plain, found[DEFAULT.name]))


def _runs(collection: Collection, settings: list[Setting]) -> Iterator[tuple[Setting, Run]]:
    for has_concepts in (True, False):
        some = [setting for setting in settings if setting.has_concepts is has_concepts]
        if some:
            vocabulary = Vocabulary.bundled() if has_concepts else Vocabulary()
            with Bench(collection, vocabulary) as bench:
                yield from ((one, bench.run(one.weights, one.feedback)) for one in some)


def _table(collection: Collection, plain: Evaluation, found: dict[str, Evaluation]) -> Table:
    title = f"{collection.name}: {len(collection.queries)} queries"
    table = Table("", *map(str, MEASURES), f"{FIRST} won/lost", "p", title=title)
    table.add_row("BM25 (Lucene)", *(f"{value:.4f}" for value in plain.means.values()))
    for name, one in found.items():
        compared = plain if name == DEFAULT.name else found[DEFAULT.name]
        table.add_row(
            name,
            *(f"{one.means[m]:.4f} {_percent(one.means[m], plain.means[m])}" for m in one.means),
            _won_and_lost(one, compared),
            f"{one.p_value(compared, FIRST):.3f}",
        )
    table.caption = "Won, lost and p: Ranvier against BM25, the other rows against Ranvier."
    return table


def _queries(collection: Collection, plain: Evaluation, ours: Evaluation) -> Table:
    table = Table("query", "text", f"BM25 {FIRST}", f"Ranvier {FIRST}")
    by_gain = sorted(
        collection.queries,
        key=lambda query: ours.by_query[query][FIRST] - plain.by_query[query][FIRST],
    )
    for query in by_gain:
        scores = (one.by_query[query][FIRST] for one in (plain, ours))
        table.add_row(query, collection.queries[query], *(f"{score:.4f}" for score in scores))
    return table


def _won_and_lost(one: Evaluation, other: Evaluation) -> str:
    gains = [scores[FIRST] - other.by_query[query][FIRST] for query, scores in one.by_query.items()]
    return f"{sum(gain > 0 for gain in gains)}/{sum(gain < 0 for gain in gains)}"


def _percent(value: float, plain: float) -> str:
    return f"{100 * (value / plain - 1):+.1f} %" if plain else ""


def _replaced(settings: Any, name: str, value: str) -> Any:  # noqa: ANN401 (either dataclass)
    kinds = {one.name: type(getattr(settings, one.name)) for one in fields(settings)}
    if name not in kinds:
        raise click.BadParameter(f"“{name}” is no setting; there are {', '.join(kinds)}.")
    try:
        number = float(value)
    except ValueError:
        raise click.BadParameter(f"“{value}” is no number.") from None
    return replace(settings, **{name: kinds[name](number)})
