"""The labels that journals put over the sections of an abstract: "Methods", "Findings"."""

from __future__ import annotations

import re

from corpus.abstract import Section

LABELS = frozenset(
    label.strip()
    for label in """
    aim, aims, analysis, approach, background, case, case report, clinical implications,
    clinical relevance, clinical trial registration, conclusion, conclusions, context,
    data collection, data extraction, data sources, data synthesis, design, discussion,
    evaluation, evidence, evidence acquisition, evidence synthesis, experimental design, findings,
    funding, goal, goals, hypothesis, implications, importance, intervention, interventions,
    interpretation, introduction, limitations, main outcome measure, main outcome measures,
    main results, material, materials, measurements, method, methodology, methods, objective,
    objectives, observations, outcome, outcome measures, outcomes, participants, patient,
    patients, primary outcome, principal findings, procedure, procedures, purpose, rationale,
    recent findings, recommendations, registration, result, results, review methods, scope,
    search methods, search strategy, selection criteria, setting, settings, significance,
    statistical analysis, study design, study population, study selection, subjects, summary,
    treatment, treatments, trial registration
    """.split(",")
)
LABEL_LENGTH = 40

_JOINED = re.compile(r"\s*(?:,\s*and\b|\band\b|[,/&])\s*")


def is_label(line: str) -> bool:
    """Tell whether a line is a known label, or several joined as in "Materials and Methods"."""
    name = line.strip().removesuffix(":")
    if not 0 < len(name) <= LABEL_LENGTH:
        return False
    return all(part in LABELS for part in _JOINED.split(name.casefold()))


def resembles_label(line: str) -> bool:
    """Tell whether a line has the shape of a label, known or not: short, open at its end."""
    line = line.strip()
    return 0 < len(line) <= LABEL_LENGTH and line[0].isupper() and line[-1].isalnum()


_INLINE = re.compile(r"(?:^|(?<=[.?!)\]”\"] ))([A-Z][A-Za-z ,/&’'()-]{2,59}?) ?: +(?=\S)")
_SHORTEST_UNKNOWN = 8


def sections_of(text: str) -> tuple[Section, ...]:
    """Return the sections of a text in one piece: "BACKGROUND: Alfa. METHODS: Bravo.".

    A text that does not begin with a label is one section without a label. Further labels stand at
    the beginning of a sentence; unknown ones are written in capitals and have at least eight
    letters, so that "MRI: " is none.
    """
    text = " ".join(text.split())
    marks = [match for match in _INLINE.finditer(text) if _is_inline_label(match[1])]
    if not marks or marks[0].start():
        return (Section(None, (text,)),) if text else ()
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    parts = [
        (mark[1].strip(), text[mark.end() : end].strip())
        for mark, end in zip(marks, ends, strict=True)
    ]
    return tuple(Section(label, (part,)) for label, part in parts if part)


def joined(sections: tuple[Section, ...]) -> str:
    """Return sections in one piece, as ``sections_of`` reads them: a label, a colon, the text."""
    return " ".join(
        f"{section.label}: {text}" if section.label else text
        for section in sections
        if (text := " ".join(section.paragraphs))
    )


def _is_inline_label(label: str) -> bool:
    return is_label(label) or (label.isupper() and len(label) >= _SHORTEST_UNKNOWN)
