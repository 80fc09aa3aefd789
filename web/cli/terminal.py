"""Results and reports as text for people at a terminal; plain in a pipe."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from web.wording import by_query, kind, moment, pubmed, reference, short_authors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from corpus import Abstract, Report
    from index.generations.manifest import Manifest
    from search import Expansion, Hit, MarkedAbstract, Match, SearchPage
    from search.results import Span

REJECTED_SHOWN = 20
REMARKS_SHOWN = 20
VARIANTS_SHOWN = 8
QUIET = 1.0
"""Seconds before a build shows how far it has come."""

# A text that someone else wrote must not steer the terminal.
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def print_page(found: SearchPage) -> None:
    """Prints a page of hits with what the reader has to know about it."""
    out = _console()
    for expansion in found.expansions:
        if expansion.is_told:
            out.print(_expansion(expansion))
    for note in found.notes:
        out.print(_plain(note))
    if found.suggestion:
        out.print(_plain(f"Did you mean: {found.suggestion}"))
    for name, facets in found.facets.items():
        counts = " · ".join(f"{facet.name} {facet.count:,}" for facet in facets)
        out.print(_plain(f"{kind(name)} in these results: {counts}", "dim"))
    first = (found.page - 1) * found.per_page + 1
    for rank, hit in enumerate(found.hits, start=first):
        _print_hit(out, rank, hit)
    out.print()
    out.print(_count(found, first))


def print_abstract(shown: MarkedAbstract) -> None:
    """Prints a whole abstract with its matches in bold."""
    out = _console()
    abstract = shown.abstract
    out.print(_marked(abstract.title, shown.title_spans, "bold"))
    people = [*map(str, abstract.authors), *filter(None, [abstract.group_author])]
    for line in (", ".join(people), *_facts(abstract), abstract.affiliation):
        if line:
            out.print(_plain(line, "dim"))
    label = None
    for paragraph, spans in zip(abstract.paragraphs, shown.paragraph_spans, strict=True):
        out.print()
        if paragraph.label != label and paragraph.label:
            out.print(_plain(paragraph.label, "bold"))
        label = paragraph.label
        out.print(_marked(paragraph.text, spans))
    for line in (abstract.copyright, abstract.notice):
        if line:
            out.print()
            out.print(_plain(line, "dim"))
    if shown.matches:
        out.print()
    _print_receipts(out, shown.matches)


def print_manifest(manifest: Manifest, index_dir: Path) -> None:
    """Prints what an index holds."""
    out = _console()
    lines = {
        "index": str(index_dir),
        "generation": manifest.id,
        "built": moment(manifest.built_at),
        "abstracts": f"{manifest.abstracts:,}",
        "years": years(manifest) or "none given",
        "sources": ", ".join(manifest.sources),
        "rejected": f"{manifest.rejected:,}",
        "size": _size(manifest.bytes),
        "versions": ", ".join(f"{name} {version}" for name, version in manifest.versions.items()),
    }
    for name, value in lines.items():
        out.print(_plain(f"{name:<11} {value}"))


@contextmanager
def building() -> Iterator[Callable[[int], None]]:
    """Shows on stderr how far a build has come, if that is a terminal and it takes its time.

    It begins a second late, since a thread of its own turns it, and a build divides its work among
    processes faster before there is one.
    """
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = progress.add_task("Reading")
    began = time.monotonic()

    def tell(count: int) -> None:
        progress.update(task, description=f"{count:,} abstracts")
        if not progress.live.is_started and time.monotonic() - began > QUIET:
            progress.start()

    try:
        yield tell
    finally:
        progress.stop()


def print_build(manifest: Manifest, report: Report, index_dir: Path) -> None:
    """Prints what a build has read, left out and written."""
    out = _console()
    _print_problems(out, "rejected", report.rejected, REJECTED_SHOWN)
    _print_problems(out, "remarks", report.remarks, REMARKS_SHOWN)
    _print_problems(
        out, "not read", filter(None, [one.error for one in report.files]), REMARKS_SHOWN
    )
    counts = f"{manifest.abstracts:,} abstracts, {len(report.rejected):,} rejected"
    if report.merged:
        counts += f", {len(report.merged):,} duplicates merged"
    cost = f"{manifest.took_seconds:.1f} s, {_size(manifest.bytes)}"
    out.print(_plain(f"{counts}; {cost}"))
    out.print(_plain(f"Generation {manifest.id} is live in {index_dir}"))


def print_check(found: Mapping[str, Any]) -> None:
    """Prints what sources hold and would change, as ``web.cli.checking`` found it."""
    out = _console()
    for file in found["sources"]:
        if file.get("error") and not file["records"]:
            out.print(_plain(f"not read: {file['error']}"))
            continue
        out.print(_plain(f"{file['file']}: {file['format']}, {file['encoding']}"))
        counts = f"{file['records']:,} records: {file['usable']:,} usable"
        out.print(
            _plain(
                f"  {counts} ({file['title_only']:,} title only), "
                f"{file['rejected']:,} rejected, {file['duplicates']:,} duplicates"
            )
        )
    rejections = [
        f"{one['file']}:{one['line']}: {one['reason']}"
        if one["line"]
        else f"{one['file']}, record {one['record']}: {one['reason']}"
        for one in found["rejections"]
    ]
    _print_problems(out, "rejected", rejections, REJECTED_SHOWN)
    merged = [
        f"{one['file']}, record {one['record']} ({one['id']}) is {one['of']['file']}, "
        f"record {one['of']['record']} ({one['of']['id']})"
        for one in found["merged"]
    ]
    _print_problems(out, "duplicate", merged, REJECTED_SHOWN)
    kinds = ("new", "changed", "gone", "unchanged")
    against = ", ".join(f"{found[kind]['count']:,} {kind}" for kind in kinds)
    out.print(_plain(f"Against the live index: {against}"))


def years(manifest: Manifest) -> str:
    """From which year to which the abstracts are, or nothing if none says."""
    ends = dict.fromkeys([manifest.first_year, manifest.last_year])
    return " to ".join(str(year) for year in ends if year is not None)


def _print_problems(out: Console, name: str, problems: Iterable[object], shown: int) -> None:
    listed = [str(problem) for problem in problems]
    for problem in listed[:shown]:
        out.print(_plain(f"{name}: {problem}"))
    if len(listed) > shown:
        out.print(_plain(f"{name}: and {len(listed) - shown:,} more"))


def _print_hit(out: Console, rank: int, hit: Hit) -> None:
    out.print()
    title = _marked(hit.title, hit.title_spans, "bold")
    out.print(Text.assemble((f"{rank}. ", "bold"), title))
    for line in (short_authors(hit.abstract), *_facts(hit.abstract)):
        if line:
            out.print(_plain(f"   {line}", "dim"))
    for snippet in hit.snippets:
        before, after = "… " * snippet.cut_before, " …" * snippet.cut_after
        label = f"{snippet.section}: " if snippet.section else ""
        text = _marked(snippet.text, snippet.spans)
        out.print(Text.assemble("   ", (_clean(label), "italic"), before, text, after))
    _print_receipts(out, hit.matches)


def _facts(abstract: Abstract) -> tuple[str, str]:
    if abstract.pmid is None:
        return reference(abstract), f"DOI {abstract.doi}" if abstract.doi else abstract.id
    address = pubmed(abstract.pmid)
    return reference(abstract), f"PMID {abstract.pmid}" + (f"  {address}" if address else "")


def _print_receipts(out: Console, matches: Iterable[Match]) -> None:
    for word, texts in by_query(matches).items():
        found = ", ".join(f"“{text}” ({', '.join(fields)})" for text, fields in texts.items())
        out.print(_plain(f"   “{word}” → {found}", "dim"))


def _expansion(expansion: Expansion) -> Text:
    if expansion.is_off:
        return _plain(f"{expansion.query} was searched as typed, not as {expansion.name}.")
    is_other = expansion.name.casefold() != expansion.query.casefold()
    parts = [f"Searched for {expansion.query}" + (f" as {expansion.name}" if is_other else "")]
    if expansion.variants:
        more = len(expansion.variants) - VARIANTS_SHOWN
        also = ", ".join(expansion.variants[:VARIANTS_SHOWN])
        parts.append(f"also written {also}" + (f" and {more} more ways" if more > 0 else ""))
    if expansion.narrower:
        names = ", ".join(expansion.narrower[:VARIANTS_SHOWN])
        more = len(expansion.narrower) - VARIANTS_SHOWN
        below = names + (f" and {more} more" if more > 0 else "")
        parts.append(
            ("not the narrower " if expansion.narrower_off else "and the narrower ") + below
        )
    switch = f"  --off {expansion.concept}"
    return Text.assemble(_plain(", ".join(parts) + "."), _plain(switch, "dim"))


def _count(found: SearchPage, first: int) -> Text:
    if not found.total:
        return _plain("No abstract was found.")
    abstracts = "1 abstract" if found.total == 1 else f"{found.total:,} abstracts"
    if not found.hits:
        return _plain(f"{abstracts} on {found.pages} pages; page {found.page} is past the end.")
    last = first + len(found.hits) - 1
    return _plain(f"{first} to {last} of {abstracts}, in {found.took_ms:.0f} ms")


def _console() -> Console:
    # Lines are left to the terminal to break: what is piped or copied stays whole.
    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


def _marked(text: str, spans: Iterable[Span], style: str = "") -> Text:
    marked = _plain(text, style)
    for start, end in spans:
        marked.stylize("bold underline", start, end)
    return marked


def _plain(text: str, style: str = "") -> Text:
    return Text(_clean(text), style=style)


def _clean(text: str) -> str:
    return _CONTROLS.sub("�", text)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
