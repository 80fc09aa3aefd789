"""The local engine: clauses ranked, highlighted and counted on the arrays of an index."""
