"""The WSGI application."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import jinja2
from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

from web import lease
from web.settings import Settings
from web.site import api, errors, filters, pages, security
from web.site.json import Encoding

if TYPE_CHECKING:
    from types import TracebackType

LARGEST_BODY = 16 * 1024
"""Bytes of the body of a request. Nothing here takes one, and a larger one is refused unread."""


class _Ranvier(Flask):
    json_provider_class = Encoding

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Logs where a fault happened, and neither address nor message: these may tell a query."""
        kind, _, trace = exc_info
        place = "".join(traceback.format_tb(trace))
        name = kind.__name__ if kind else "A fault"
        self.logger.error("%s in %s\n%s", name, request.endpoint, place)


def create_app(settings: Settings | None = None) -> Flask:
    """The application that serves the index of some settings, or else of the environment's."""
    settings = settings or Settings.of()
    app = _Ranvier(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.jinja_options = {
        "undefined": jinja2.StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    app.extensions[lease.EXTENSION] = lease.Current(settings.index_dir)
    app.before_request(_refuse_large_body)
    app.register_blueprint(pages.pages)
    app.register_blueprint(api.api)
    for part in (filters, errors, security):
        part.register(app)
    return app


def _refuse_large_body() -> None:
    # Flask compares only when a view reads the body, and none does.
    if (request.content_length or 0) > LARGEST_BODY:
        raise RequestEntityTooLarge
