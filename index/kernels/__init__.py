"""The inner loops of searching, reading and merging, compiled: the ``.c`` files say what each does.

``binding.pyx`` is the only way to them; ``kernels.h`` has their structures.
"""

from index.kernels.binding import (
    ConceptLists,
    Lexicon,
    Lines,
    ListMerger,
    QueryPlan,
    Scorer,
    Scratch,
    Segment,
    Strings,
    TermMerger,
    TextWords,
    TrieArrays,
    WordTable,
    excerpt,
    facets,
    invert,
    likeliest,
    mark,
    pairs,
    show,
    stem,
    walk,
)

__all__ = [
    "ConceptLists",
    "Lexicon",
    "Lines",
    "ListMerger",
    "QueryPlan",
    "Scorer",
    "Scratch",
    "Segment",
    "Strings",
    "TermMerger",
    "TextWords",
    "TrieArrays",
    "WordTable",
    "excerpt",
    "facets",
    "invert",
    "likeliest",
    "mark",
    "pairs",
    "show",
    "stem",
    "walk",
]
