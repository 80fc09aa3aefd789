"""How text becomes terms, and terms a published index.

``Vocabulary`` knows the spellings of concepts, ``Analyzer`` reads texts with it, ``build`` writes a
generation and makes it the live one, ``OpenedGeneration`` reads it.
"""

from index.analyzer import Analyzer
from index.build.builder import build
from index.concepts.vocabulary import Concept, Vocabulary
from index.errors import RanvierIndexError
from index.generations.opened import OpenedGeneration

__all__ = ["Analyzer", "Concept", "OpenedGeneration", "RanvierIndexError", "Vocabulary", "build"]
