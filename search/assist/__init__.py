"""Help for readers: spelling suggestions."""
