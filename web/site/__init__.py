"""The pages, the JSON API, and what every answer of theirs shares."""
