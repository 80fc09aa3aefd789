"""The bundled page, part by part, against what a reader sees on it."""

from typing import Any

import pytest

from corpus import Abstract, Report, bundled_corpus, bundled_notice, gather

Reading = tuple[list[Abstract], Report]

PERMISSION = (
    "Permission is granted to MS Societies and all MSers to utilize information from these pages "
    "provided that no financial reward is gained and attribution is given to the author/s."
)

NAMES = (
    "number pmid lines authors group journal date volume issue supplement pages sections".split()
)
PLAIN = None
ROWS = [
    (1, "14598048", (42, 60), "Sorensen PS", None, "Neurol Sci", (2003, 10, None),
     "24", None, "Suppl 4", "S227-30", [(PLAIN, 5)]),
    (2, "12962026", (64, 88), "Ota K", None, "Nippon Rinsho", (2003, 8, None),
     "61", "8", None, "1374-80", [(PLAIN, 8)]),
    (3, "12910072", (92, 110), "Lebrun C, Ghetau G, Bourg V, Chanalet S, Dumas S, Chatel M", None,
     "Rev Neurol (Paris)", (2003, 7, None), "159", "6-7 Pt 1", None, "648-51", [(PLAIN, 5)]),
    (4, "12559498", (114, 136), "Sorensen PS", None, "J Neurol Sci", (2003, 2, 15),
     "206", "2", None, "123-30", [(PLAIN, 7)]),
    (5, "14760960", (140, 170),
     "Visser LH, Beekman R, Tijssen CC, Uitdehaag BM, Lee ML, Movig KL, Lenderink AW", None,
     "Mult Scler", (2004, 2, None), "10", "1", None, "89-91",
     [("Background", 2), ("Methods", 3), ("Findings", 3), ("Interpretation", 1)]),
    (6, "15451222", (174, 206),
     ("Hommes OR, Sorensen PS, Fazekas F, Enriquez MM, Koelmel HW, Fernandez O, Pozzilli C, "
     "O'Connor P"), None,
     "Lancet", (2004, 9, 25), "364", "9440", None, "1149-56",
     [("Background", 2), ("Methods", 3), ("Findings", 4), ("Interpretation", 1)]),
    (7, "15539773", (210, 236),
     "Kalanie H, Gharagozli K, Hemmatie A, Ghorbanie M, Kalanie AR", None,
     "Eur Neurol", (2004, 11, 10), "52", "4", None, "202-206", [(PLAIN, 8)]),
    (8, "15949496", (240, 262), "Humle Jorgensen S, Sorensen PS", None,
     "J Neurol Sci", (2005, 6, 15), "233", "1-2", None, "61-5", [(PLAIN, 7)]),
    (9, "16042226", (266, 301),
     ("Fazekas F, Sorensen PS, Filippi M, Ropele S, Lin X, Koelmel HW, Fernandez O, Pozzilli C, "
     "O'Connor P, Enriquez MM, Hommes OR"), "ESIMS",
     "Mult Scler", (2005, 8, None), "11", "4", None, "433-40",
     [("Background", 2), ("Methods", 2), ("Results", 5), ("Conclusion", 2)]),
    (10, "15955273", (305, 327), "Stangel M, Gold R", None, "Int MS J", (2005, 4, None),
     "12", "1", None, "5-10, 4", [(PLAIN, 7)]),
    (11, "15902390", (331, 355), "Stangel M, Gold R", None, "Nervenarzt", (2005, 10, None),
     "76", "10", None, "1267, 1269-70, 1272", [(PLAIN, 8)]),
    (12, "16998754", (359, 402), "Dudesek A, Zettl UK", None, "J Neurol", (2006, 9, None),
     "253", None, "Suppl 5", "V50-8", [(PLAIN, 17)]),
]  # fmt: skip

TITLES = [
    "Treatment Of Multiple Sclerosis With IntraVenous ImmunoGlobulin: Review Of Clinical Trials",
    "IntraVenous ImmunoGlobulin In Multiple Sclerosis",
    (
        "IntraVenous ImmunoGlobulins For Relapsing/Remitting Multiple Sclerosis After Failure Of "
        "Treatment With Other ImmunoModulators"
    ),
    "The Role Of IntraVenous ImmunoGlobulin In The Treatment Of Multiple Sclerosis",
    (
        "A Randomized, Double-Blind, Placebo-Controlled Pilot Study Of I.V. ImmuneGlobulins In "
        "Combination With I.V. MethylPrednisolone In The Treatment Of Relapses In Patients With MS"
    ),
    (
        "IntraVenous ImmunoGlobulin In Secondary/Progressive Multiple Sclerosis: Randomised "
        "Placebo-Controlled Trial"
    ),
    "Interferon-ß-1a And IntraVenous ImmunoGlobulin Treatment For Multiple Sclerosis In Iran",
    (
        "IntraVenous ImmunoGlobulin Treatment Of Multiple Sclerosis And Its Animal Model, "
        "Experimental Autoimmune Encephalomyelitis"
    ),
    (
        "MRI Results From The European Study On IntraVenous ImmunoGlobulin In "
        "Secondary/Progressive Multiple Sclerosis (ESIMS)"
    ),
    "IntraVenous ImmunoGlobulins In MS",
    "High-Dose IntraVenous ImmunoGlobulins In The Treatment Of Multiple Sclerosis. An Update",
    "IntraVenous ImmunoGlobulins As Therapeutic Option In The Treatment Of Multiple Sclerosis",
]

CITATIONS = [
    "Neurol Sci 2003 Oct;24 Suppl 4:S227-30",
    "Nippon Rinsho 2003 Aug;61(8):1374-80",
    "Rev Neurol (Paris) 2003 Jul;159(6-7 Pt 1):648-51",
    "J Neurol Sci 2003 Feb 15;206(2):123-30",
    "Mult Scler 2004 Feb;10(1):89-91",
    "Lancet 2004 Sep 25;364(9440):1149-56",
    "Eur Neurol 2004 Nov 10;52(4):202-206",
    "J Neurol Sci 2005 Jun 15;233(1-2):61-5",
    "Mult Scler 2005 Aug;11(4):433-40",
    "Int MS J 2005 Apr;12(1):5-10, 4",
    "Nervenarzt 2005 Oct;76(10):1267, 1269-70, 1272",
    "J Neurol 2006 Sep;253 Suppl 5:V50-8",
]

AFFILIATIONS = [
    (
        "Copenhagen University Hospital Rigshospitalet, MS Research Unit, Department of Neurology, "
        "Copenhagen, Denmarkm"
    ),
    "Tokyo University of Science, Faculty of Science",
    "Hopital Pasteur, Service de Neurologie, Nice, France",
    (
        "Copenhagen University Hospital, MS Research Unit, Department of Neurology, "
        "Rigshospitalet, DK-2100 Copenhagen, Denmark"
    ),
    "St. Elisabeth Hospital, Department of Neurology, Tilburg, The Netherlands",
    "European Charcot Foundation, Nijmegen, Netherlands",
    (
        "Shahid Beheshtie University of Medical Sciences, Department of Neurology, "
        "Loghman Hospital, Tehran, Iran"
    ),
    (
        "Copenhagen University Hospital, Copenhagen MS Centre, Department of Neurology, "
        "Rigshospitalet, DK-2100 Copenhagen, Denmark"
    ),
    "Medical University of Graz, Department of Neurology, Graz, Austria",
    (
        "Medizinische Hochschule Hannover, Department of Neurology, OE 7210, Carl-Neuberg-Str. 1, "
        "30625 Hannover, Germany"
    ),
    "Medizinische Hochschule Hannover, Neurologische Klinik, Stangel",
    "University of Rostock, Department of Neurology, Gehlsheimer Str. 20, 18147, Rostock, Germany",
]

ENDS = [
    (
        "IntraVenous ImmunoGlobulin (IVIG) is an established therapy",
        "still needs to be determined.",
    ),
    ("IntraVenous ImmunoGlobulin(IVIg) is a", "could not be recognized by RCT executed in Japan."),
    ("IntraVenous ImmunoGlobulins are used in", "Multiple Sclerosis need to be evaluated."),
    ("IntraVenous ImmunoGlobulin (IVIG) has several", "management of Multiple Sclerosis."),
    ("Some patients with Multiple Sclerosis (MS)", "moderate to severe acute relapses in MS."),
    ("Several double-blind placebo-controlled", "Secondary/Progressive Multiple Sclerosis."),
    (
        "The aim of the study was to evaluate",
        "numbers of patients and only 12 months of treatment.",
    ),
    (
        "IntraVenous ImmunoGlobulin (IVIG) is an",
        "presently regarded as a second-line therapy of MS.",
    ),
    ("Monthly application of high-dose", "in IVIG patients should be explored further."),
    (
        "High-dose IntraVenous ImmunoGlobulins",
        "not demonstrated a clinically relevant improvement.",
    ),
    ("The Immunomodulatory treatment of", "use of IVIG in MS are supported by the new data."),
    ("Treatment of Neurological Disorders with", "from the viewpoint of evidence-based medicine."),
]


@pytest.fixture(scope="module")
def reading() -> Reading:
    report = Report()
    return list(gather([bundled_corpus()], report)), report


def test_all_twelve_are_read_and_nothing_is_amiss(reading: Reading) -> None:
    abstracts, report = reading
    assert len(abstracts) == 12
    assert report == Report(read=12)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"#{row[0]}")
def test_every_part_of_an_entry(reading: Reading, row: tuple[Any, ...]) -> None:
    abstract = reading[0][row[0] - 1]
    assert dict(zip(NAMES, row, strict=True)) == {
        "number": abstract.number,
        "pmid": abstract.pmid,
        "lines": (abstract.origin.first_line, abstract.origin.last_line),
        "authors": ", ".join(map(str, abstract.authors)),
        "group": abstract.group_author,
        "journal": abstract.journal,
        "date": (abstract.year, abstract.month, abstract.day),
        "volume": abstract.volume,
        "issue": abstract.issue,
        "supplement": abstract.supplement,
        "pages": abstract.pages,
        "sections": [(section.label, len(section.paragraphs)) for section in abstract.sections],
    }


def test_titles_citations_and_affiliations_are_as_written(reading: Reading) -> None:
    abstracts, _ = reading
    assert [abstract.title for abstract in abstracts] == TITLES
    assert [abstract.citation for abstract in abstracts] == CITATIONS
    assert [abstract.affiliation for abstract in abstracts] == AFFILIATIONS


def test_texts_begin_and_end_where_they_should(reading: Reading) -> None:
    for abstract, (beginning, end) in zip(reading[0], ENDS, strict=True):
        assert abstract.text.startswith(beginning)
        assert abstract.text.endswith(end)


def test_surnames_of_several_words_are_whole(reading: Reading) -> None:
    surnames = {author.surname for abstract in reading[0] for author in abstract.authors}
    assert {"Humle Jorgensen", "O'Connor", "Sorensen"} <= surnames


def test_only_the_seventh_has_a_copyright_line_and_its_text_lacks_it(reading: Reading) -> None:
    lines = {one.number: one.copyright for one in reading[0] if one.copyright}
    assert lines == {7: "Copyright (c) 2004 S. Karger AG, Basel."}
    assert not any("Karger" in abstract.text for abstract in reading[0])


def test_the_page_gives_each_its_topic_and_its_notice(reading: Reading) -> None:
    for abstract in reading[0]:
        assert abstract.topics == ("IntraVenous ImmunoGlobulin (IVIG)",)
        assert abstract.notice == f"© Copyright 1997 - 2011: {PERMISSION}"


def test_every_line_of_an_entry_is_kept_and_no_other_line_is(reading: Reading) -> None:
    lines = bundled_corpus().read_text(encoding="utf-8").split("\n")
    for one in reading[0]:
        written = [line for line in lines[one.origin.first_line - 1 : one.origin.last_line] if line]
        kept = [f"#{one.number}", one.title, one.group_author, ", ".join(map(str, one.authors))]
        kept += [one.citation, one.affiliation, f"PMID# {one.pmid}", "Abstract"]
        for section in one.sections:
            kept += [section.label, *section.paragraphs]
        kept.append(one.copyright)
        assert [part for part in kept if part] == written


def test_odd_spellings_are_still_there(reading: Reading) -> None:
    text = "\n".join(abstract.text for abstract in reading[0])
    for spelling in ("Interferon-ß", "ImmunoGlobulin(IVIg)", "p. cent", "-0.62 -/+ 0.88%"):
        assert spelling in text


def test_navigation_is_in_no_text(reading: Reading) -> None:
    for word in (" | ", "Uric Acid", "Medical Texts", "CyberHome", "Permission is granted"):
        assert not any(word in abstract.text for abstract in reading[0])


def test_the_notice_names_the_owner_and_quotes_the_permission() -> None:
    notice = bundled_notice()
    for words in ("ThJuland's MSers' Glen", "PubMed", "financial reward", PERMISSION):
        assert words in notice
