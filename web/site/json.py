"""Answers as JSON in UTF-8, by a compiled encoder."""

from __future__ import annotations

import json
from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider


class Encoding(JSONProvider):
    """JSON for an app: what is given stays in its order, and nothing that is text is refused."""

    def dumps(self, obj: Any, **_: Any) -> str:  # noqa: ANN401 (as Flask has it)
        """The JSON of an object."""
        return encoded(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:  # noqa: ANN401 (same)
        """The object of some JSON."""
        return json.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 (same)
        """An answer in JSON, with a line break at its end."""
        written = encoded(self._prepare_response_obj(args, kwargs)) + b"\n"
        return Response(written, mimetype="application/json")


def encoded(obj: Any) -> bytes:  # noqa: ANN401 (same)
    """The JSON of an object, in the order that it has."""
    try:
        return orjson.dumps(obj)
    except orjson.JSONEncodeError:
        # Half of a surrogate pair is no UTF-8. No file brings one in, but an index can hold it.
        return json.dumps(obj, separators=(",", ":")).encode()
