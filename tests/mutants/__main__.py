"""Tests the tests: ``python tests/mutants --help``."""

from __future__ import annotations

import sys
from pathlib import Path

# The folder above, so that this is a package.
sys.path[:1] = [str(Path(__file__).parents[1])]

from mutants import command  # noqa: E402 (found only now)

if __name__ == "__main__":
    sys.exit(command.main())
