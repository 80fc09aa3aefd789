"""Compares the speed of two checkouts: ``python tests/bench/compare --help``."""

from __future__ import annotations

import sys
from pathlib import Path

# The folder above, so that this is a package, and the root, so that this Ranvier is imported.
sys.path[:1] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[3])]

from compare import command  # noqa: E402 (found only now)

if __name__ == "__main__":
    command.main()
