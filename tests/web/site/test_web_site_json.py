"""Answers as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from flask import jsonify
from hypothesis import given
from hypothesis import strategies as st

from web.app import create_app
from web.settings import Settings
from web.site.json import encoded

if TYPE_CHECKING:
    from pathlib import Path

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec=None)), inner),
    max_leaves=12,
)


@given(ANYTHING)
def test_what_is_encoded_is_what_a_plain_decoder_reads(value: object) -> None:
    assert json.loads(encoded(value)) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"z": 1, "a": (2, 3)}, '{"z":1,"a":[2,3]}'),
        ("β-1a — “so”", '"β-1a — “so”"'),
        ("\ud83d", r'"\ud83d"'),
        ([0.1, 1e-7, None, True], "[0.1,1e-7,null,true]"),
    ],
    ids=["order", "text", "half a pair", "values"],
)
def test_json_is_short_ordered_and_readable(value: object, expected: str) -> None:
    assert encoded(value).decode() == expected


def test_answers_are_lines_of_json(index_dir: Path) -> None:
    app = create_app(Settings(index_dir))
    with app.test_request_context():
        answer = jsonify(z="ß", a=1)
        assert answer.mimetype == "application/json"
        assert answer.get_data() == '{"z":"ß","a":1}\n'.encode()
        assert app.json.dumps([1]) == "[1]"
        assert answer.json == {"z": "ß", "a": 1}
