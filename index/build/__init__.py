"""Building: abstracts to a published generation."""
