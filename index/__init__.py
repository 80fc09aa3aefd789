"""How text becomes terms, and terms a published index.

``Vocabulary`` knows the spellings of concepts, ``Analysis`` reads texts with it, ``build`` writes a
generation and makes it the live one, ``Published`` opens the live one.
"""

from index.analysis import Analysis
from index.build import build
from index.errors import RanvierIndexError
from index.published import Published
from index.vocabulary import Concept, Vocabulary

__all__ = ["Analysis", "Concept", "Published", "RanvierIndexError", "Vocabulary", "build"]
