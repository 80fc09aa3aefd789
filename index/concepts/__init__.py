"""The concepts of the vocabulary: their spellings, and where a text mentions them."""
