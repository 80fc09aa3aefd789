"""How text becomes terms, and terms a published index.

``Vocabulary`` knows the spellings of concepts, ``Analyzer`` reads texts with it, ``build`` writes a
generation and makes it the live one, ``OpenedGeneration`` reads it.
"""

import sys

# Where SciPy is installed NLTK loads it, a second and 60 MB for parts that are not used here. It
# takes SciPy for missing while this stands; whoever needs SciPy imports it before or later.
_is_unloaded = "scipy" not in sys.modules
if _is_unloaded:
    sys.modules["scipy"] = None  # type: ignore[assignment] # how Python is told so
import nltk  # noqa: E402, F401 (only to be loaded while scipy cannot be)

if _is_unloaded:
    del sys.modules["scipy"]

from index.analyzer import Analyzer  # noqa: E402 (loads nltk itself)
from index.build.builder import build  # noqa: E402 (same)
from index.concepts.vocabulary import Concept, Vocabulary  # noqa: E402 (same)
from index.errors import RanvierIndexError  # noqa: E402 (same)
from index.generations.opened import OpenedGeneration  # noqa: E402 (same)

__all__ = ["Analyzer", "Concept", "OpenedGeneration", "RanvierIndexError", "Vocabulary", "build"]
