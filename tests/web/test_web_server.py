"""The process that answers."""

from __future__ import annotations

import gc

from web.server import calm_collector


def test_python_goes_on_to_look_for_garbage_but_seldom() -> None:
    before = gc.get_threshold()
    at_first = (700, 10, 10)
    try:
        gc.set_threshold(*at_first)
        calm_collector()
        assert gc.isenabled()
        assert all(now > then for now, then in zip(gc.get_threshold(), at_first, strict=True))
    finally:
        gc.set_threshold(*before)
