"""Compiles the ``.c`` files here into one library: ``python index/kernels/compilation.py``.

``CC`` names the compiler; without it the first of ``COMPILERS`` is taken that is there. The last of
them comes as a Python package, for machines without a compiler of their own.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(__file__).parent
COMPILERS = ("cc", "gcc", "clang")
# No option for this machine's own processor: an environment may move to another.
OPTIONS = ("-std=c99", "-O3", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared")


def compiler() -> list[str]:
    """The command of a C compiler; ends with a sentence where there is none."""
    if given := os.environ.get("CC"):
        return shlex.split(given)
    for name in COMPILERS:
        if shutil.which(name):
            return [name]
    if find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc"]
    sys.exit("No C compiler: install one, or the Python package ziglang, or name one by CC=.")


def compiled(target: Path) -> None:
    """Writes the library, whole or not at all. Ends with the compiler's own words if it fails."""
    partial = target.with_suffix(".partial")
    sources = sorted(map(str, FOLDER.glob("*.c")))
    command = [*compiler(), *OPTIONS, "-o", str(partial), *sources, "-lm"]
    try:
        found = subprocess.run(command, check=False)  # noqa: S603 (chosen above)
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run ({error.strerror}).")
    if found.returncode:
        sys.exit(f"{command[0]} could not compile {target.name}.")
    partial.replace(target)


if __name__ == "__main__":
    compiled(FOLDER / "kernels.so")
