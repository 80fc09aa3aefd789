"""Gunicorn, run from Python: one process with threads, which share one searcher."""

from __future__ import annotations

import gc
import socket
import sys
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from web.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

BACKLOG = 128
SELDOM = (50_000, 20, 100)
"""Thresholds of Python's three generations of objects. By its own a full search for garbage in
cycles, of which searches leave none, falls into one search of a hundred and takes several times as
long as that."""


class QuietLogger(Logger):  # type: ignore[misc] # gunicorn ships no types
    """Gunicorn's log without addresses: those hold what people search for."""

    def access(self, *_: object) -> None:
        """Logs no request."""

    def exception(self, msg: object, *_: object, **__: object) -> None:
        """Logs what failed and where, without the arguments of the message."""
        said = msg.replace("%s", "…") if isinstance(msg, str) else type(msg).__name__
        place = "".join(traceback.format_tb(sys.exc_info()[2]))
        self.error(f"{said}\n{place}")


class Server(BaseApplication):  # type: ignore[misc] # same
    """The application and how it is served."""

    def __init__(
        self, settings: Settings, listener: socket.socket, ready: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._options: dict[str, Any] = {
            # The socket is bound before Gunicorn starts, so that a port in use is one sentence.
            "bind": f"fd://{listener.detach()}",
            "workers": 1,
            "threads": settings.threads,
            "worker_class": "gthread",
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "error",
            "logger_class": QuietLogger,
            "control_socket_disable": True,
            "limit_request_line": 8190,  # a long query in Greek letters
            "proc_name": "ranvier",
            "when_ready": lambda _: ready(),
        }
        super().__init__()

    def load_config(self) -> None:
        """Hands the options to Gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, made and imported in the worker."""
        from web.app import create_app  # noqa: PLC0415 (see ``web.cli.serving``)

        calm_collector()
        return create_app(self._settings)


def calm_collector() -> None:
    """From now on Python seldom looks for garbage in this process."""
    gc.set_threshold(*SELDOM)


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serves until the process is told to end; ``announce`` is given the address once it listens.

    Raises ``SettingsError`` if the address cannot be used.
    """
    listener = _listen(settings)
    bound = replace(settings, port=listener.getsockname()[1])
    Server(bound, listener, lambda: announce(bound.address)).run()


def _listen(settings: Settings) -> socket.socket:
    try:
        family, kind, *_, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(
            f"Ranvier cannot serve {settings.address}: {reason[:1].lower()}{reason[1:]}."
        ) from error
    return listener
