"""How the index is kept: Whoosh's segments, with postings as arrays that are mapped."""
