"""A reader's string to clauses: parsed as typed, then expanded by the vocabulary."""
