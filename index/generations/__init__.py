"""Generations: complete published indexes, one of them live."""
