"""Records the results of a checkout, or compares two records: ``--help`` lists the options."""

from __future__ import annotations

import sys
from pathlib import Path

# The folder above, so that this is a package, and the root, so that this Ranvier is imported.
sys.path[:1] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[3])]

from results import command  # noqa: E402 (found only now)

if __name__ == "__main__":
    sys.exit(command.main())
