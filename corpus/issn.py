"""ISSNs, the numbers of journals: eight digits, of which the last may be an X."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ISSN = re.compile(r"(?<![\d-])(\d{4})-?(\d{3}[\dXx])(?![\d-])")


def issns_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the ISSNs in some texts, each once, as "1234-567X"."""
    found = (f"{match[1]}-{match[2].upper()}" for text in texts for match in _ISSN.finditer(text))
    return tuple(dict.fromkeys(found))
