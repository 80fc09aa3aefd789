"""Runs the benchmark: ``python tests/bench/speed --help``."""

from __future__ import annotations

import sys
from pathlib import Path

# Started as a folder, Python puts the folder itself where modules are looked for. What has to be
# there is the folder above, so that this is a package, and the root, so that this Ranvier is it.
sys.path[:1] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[3])]

from speed import command, jobs  # noqa: E402 - found only now

if __name__ == "__main__":
    if sys.argv[1:2] == ["job"]:
        jobs.main(sys.argv[2:])
    else:
        command.main()
