"""Short forms and their long forms: found in one abstract, learned from a corpus."""
