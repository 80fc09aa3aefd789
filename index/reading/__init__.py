"""Texts as compiled loops read them: words by their numbers, spellings as a trie of arrays."""
