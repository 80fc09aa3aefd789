"""Faults of a vocabulary, and explanations of what it recognizes."""
