"""The files of a segment: postings, stored strings and tables, written and read as arrays."""
