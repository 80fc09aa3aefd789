"""Inline markup as plain text: "H<sub>2</sub>O", "10<sup>-3</sup>", "p &lt; 0.05"."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_TAG = re.compile(
    r"</?(?:i|b|u|em|strong|sub|sup|italic|bold|sc|inf|span|p|br|font|jats:\w+)(?:\s+[\w:-]+\s*=[^<>]{0,200})?\s*/?>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:p|br|/p|jats:(?:p|sec|title))\b", re.IGNORECASE)
_SUP = re.compile(r"<(sup)>([^<>]{1,20})</\1>", re.IGNORECASE)
_ESCAPE = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{1,7}|#x[0-9A-Fa-f]{1,6});")
_RAISED = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_POWER = re.compile(r"[+\-−–]?\d+")


def plain_text(text: str) -> str:
    """Return text without tags and escapes, also where they were escaped twice.

    A power is written with raised digits, all other markup is dropped: "H2O", "10⁻³". "<" in "a <b"
    is no tag.
    """
    for _ in range(2):
        if "&" not in text or not _ESCAPE.search(text):
            break
        text = unescape(text)
    if "<" not in text:
        return text
    text = _SUP.sub(lambda match: raised(match[2]), text)
    return _TAG.sub(lambda match: " " if _BREAK.match(match[0]) else "", text)


def raised(text: str) -> str:
    """Return the text of a superscript: a number with raised digits, anything else as it is."""
    return text.translate(_RAISED) if _POWER.fullmatch(text.strip()) else text


def element_text(element: _Element | None) -> str:
    """Return the text of an XML element, with its markup as ``plain_text`` has it."""
    if element is None:
        return ""
    if not len(element):
        return plain_text(element.text or "")
    return plain_text("".join(_pieces(element)))


def _pieces(element: _Element) -> list[str]:
    pieces = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            inner = "".join(_pieces(child))
            pieces.append(raised(inner) if child.tag == "sup" else inner)
        pieces.append(child.tail or "")
    return pieces
