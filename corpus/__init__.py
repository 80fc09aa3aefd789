"""The corpus: what an abstract is, and how abstracts are read from files.

``gather`` reads files of any known format into one clean stream of ``Abstract``s, each record once,
and fills a ``Report`` with what it left out and why. A bad record never raises; a file that cannot
be used does, ``UnusableFile``. ``write_jsonl`` writes what ``gather`` reads.
"""

from corpus.abstract import (
    Abstract,
    Author,
    Correction,
    Grant,
    MeshHeading,
    Origin,
    Paragraph,
    Qualifier,
    Section,
)
from corpus.bundled import bundled_corpus, bundled_judgements, bundled_notice
from corpus.errors import CorpusError, MalformedRecord, UnusableFile
from corpus.formats.jsonl import write_jsonl
from corpus.gather import gather, read
from corpus.normalise import normalise, normalise_text
from corpus.report import Problem, Report
from corpus.validate import problems

__all__ = [
    "Abstract",
    "Author",
    "CorpusError",
    "Correction",
    "Grant",
    "MalformedRecord",
    "MeshHeading",
    "Origin",
    "Paragraph",
    "Problem",
    "Qualifier",
    "Report",
    "Section",
    "UnusableFile",
    "bundled_corpus",
    "bundled_judgements",
    "bundled_notice",
    "gather",
    "normalise",
    "normalise_text",
    "problems",
    "read",
    "write_jsonl",
]
