"""Errors as pages, or as JSON under ``/api/`` and for ``/healthz``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from index.errors import NoIndex, OutdatedIndex, RanvierIndexError
from search import AbstractNotFound
from web.site.arguments import NotANumber, asked

if TYPE_CHECKING:
    from flask import Flask

TITLES = {
    400: "This address cannot be understood",
    404: "Not found",
    405: "Not possible here",
    413: "Too large",
    500: "Something went wrong",
    503: "The search is not available yet",
}
SENTENCES = {
    404: "There is no page at this address.",
    405: "This address can only be read.",
    413: "This request is too large.",
    500: "Something went wrong here, and it was not your doing. Please try again.",
}
RETRY_SECONDS = 5


def register(app: Flask) -> None:
    """Gives an app its answers to everything that fails."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(RanvierIndexError, _index)
    app.register_error_handler(AbstractNotFound, lambda error: _answer(404, str(error)))
    app.register_error_handler(NotANumber, lambda error: _answer(400, str(error)))


def _http(error: HTTPException) -> Response:
    # Whatever else fails arrives as an InternalServerError.
    code = error.code or InternalServerError.code
    answer = _answer(code, SENTENCES.get(code) or error.description or error.name)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def _index(error: RanvierIndexError) -> Response:
    answer = _answer(503, _way_out(error))
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _way_out(error: RanvierIndexError) -> str:
    """Advice about an index; the error's own sentence may name folders of this machine."""
    match error:
        case NoIndex():
            fault = "Nothing has been indexed yet"
        case OutdatedIndex():
            fault = "The index was built by another version of Ranvier"
        case _:
            fault = "The index is damaged"
    return f"{fault}: run “ranvier build”, and this site goes on by itself."


def _answer(code: int, message: str) -> Response:
    if request.path.startswith("/api/") or request.path == "/healthz":
        answer = jsonify(error={"code": code, "message": message})
    else:
        title = TITLES.get(code, TITLES[500])
        page = render_template("error.html", query=asked(), title=title, message=message)
        answer = make_response(page)
    answer.status_code = code
    return answer
