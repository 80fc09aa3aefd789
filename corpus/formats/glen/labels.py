"""The labels that journals put over the sections of an abstract: "Methods", "Findings"."""

from __future__ import annotations

import re

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
