"""The page format of the bundled abstracts, which nobody else writes."""
