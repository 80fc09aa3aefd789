"""MeSH headings in one line: "*Brain Ischemia/diagnostic imaging/*surgery"; a star is major."""

from __future__ import annotations

from corpus.abstract import MeshHeading, Qualifier


def parse_heading(text: str) -> MeshHeading:
    """Return the heading that a line gives."""
    descriptor, *qualifiers = (part.strip() for part in text.split("/"))
    return MeshHeading(
        descriptor.removeprefix("*"),
        descriptor.startswith("*"),
        tuple(Qualifier(one.removeprefix("*"), one.startswith("*")) for one in qualifiers if one),
    )


def heading_line(heading: MeshHeading) -> str:
    """Return a heading as a line that ``parse_heading`` reads; NLM's numbers are not in it."""
    parts = [(heading.is_major, heading.descriptor)]
    parts += [(qualifier.is_major, qualifier.name) for qualifier in heading.qualifiers]
    return "/".join(f"*{name}" if is_major else name for is_major, name in parts)
