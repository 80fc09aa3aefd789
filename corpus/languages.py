"""Languages as three letters, the way PubMed writes them (ISO 639-2/B): "English" is "eng"."""

from __future__ import annotations

_NAMES = """
afr Afrikaans; alb Albanian; amh Amharic; ara Arabic; arm Armenian; aze Azerbaijani; baq Basque;
bel Belarusian; bos Bosnian; bul Bulgarian; cat Catalan; chi Chinese; cze Czech; dan Danish;
dut Dutch; eng English; epo Esperanto; est Estonian; fin Finnish; fre French; geo Georgian;
ger German; gla Scottish Gaelic; glg Galician; gre Greek; heb Hebrew; hin Hindi; hrv Croatian;
hun Hungarian; ice Icelandic; ind Indonesian; ita Italian; jpn Japanese; kaz Kazakh;
kin Kinyarwanda; kor Korean; lat Latin; lav Latvian; lit Lithuanian; mac Macedonian; mal Malayalam;
mao Maori; may Malay; mul Multilingual; nor Norwegian; per Persian; pol Polish; por Portuguese;
pus Pushto; rum Romanian; rus Russian; san Sanskrit; slo Slovak; slv Slovenian; spa Spanish;
srp Serbian; swe Swedish; tha Thai; tur Turkish; ukr Ukrainian; und Unknown; urd Urdu;
uzb Uzbek; vie Vietnamese; wel Welsh
"""
_TWO = """
ar ara; bg bul; cs cze; da dan; de ger; el gre; en eng; es spa; et est; fa per; fi fin; fr fre;
he heb; hr hrv; hu hun; it ita; ja jpn; ko kor; lt lit; lv lav; nl dut; no nor; pl pol; pt por;
ro rum; ru rus; sk slo; sl slv; sr srp; sv swe; tr tur; uk ukr; zh chi
"""

_CODES = {
    name.lower(): code
    for code, _, name in (entry.strip().partition(" ") for entry in _NAMES.split(";"))
}
_KNOWN = {code: code for code in _CODES.values()} | _CODES
_KNOWN |= dict(entry.strip().split(" ") for entry in _TWO.split(";"))
_KNOWN |= {"farsi": "per", "flemish": "dut", "castilian": "spa", "deu": "ger", "fra": "fre"}


def language(text: str) -> str:
    """Return the code of a language given by a code or its English name, or the text itself."""
    name = " ".join(text.split())
    return _KNOWN.get(name.lower().split("-")[0].split("_")[0], name)
