"""Searches damaged indexes under the sanitizers: ``make sanitize`` builds the kernels so.

Every array of a small index is overwritten in turn with 0x00, 0xFF and random bytes. Ends with 1
if a search ended with anything but a result or a sentence.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path[:1] = [str(Path(__file__).parent / "helpers")]  # Ranvier is the one that is installed

from damage import search_all, small_index, summary  # noqa: E402 (found only now)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--queries", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--every", type=int, default=1, help="only every nth damage")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "index"
        home.mkdir()
        index = small_index(home, chosen.seed)
        some = index.damages[:: chosen.every]
        ended = search_all(index, some, Path(folder), chosen.queries, chosen.seed)
    for how, damages in ended.items():
        if how.startswith("exit"):
            sys.stdout.write("\n  ".join([how, *map(str, damages)]) + "\n")
    sys.stdout.write(f"{len(some)} damages, {chosen.queries} queries each: {summary(ended)}\n")
    return int(any(how.startswith("exit") for how in ended))


if __name__ == "__main__":
    sys.exit(main())
