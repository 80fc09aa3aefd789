"""Installing: what `make` says where it cannot begin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

# A Python that takes itself for an older one.
OLD = """#!/bin/sh
exec "{python}" -c 'import sys
sys.version_info = (3, 10, 13)
exec(sys.argv[1])' "$2"
"""


def making(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    (folder / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    command = [
        "make",
        "--no-print-directory",
        "-C",
        str(folder),
        f"PYTHON={python}",
        ".venv/bin/python",
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_python_that_is_too_old_gets_one_sentence_before_anything_is_installed(
    tmp_path: Path,
) -> None:
    old = tmp_path / "old-python"
    old.write_text(OLD.format(python=sys.executable))
    old.chmod(0o755)
    ended = making(tmp_path, "./old-python")
    assert ended.returncode == 2
    sentence, _ = ended.stderr.splitlines()  # and what make says itself
    assert sentence == (
        "Ranvier needs Python 3.11 or newer, and ./old-python is 3.10; "
        "name another: make PYTHON=..."
    )
    assert not (tmp_path / ".venv").exists()


def test_no_python_at_all_gets_one_sentence(tmp_path: Path) -> None:
    ended = making(tmp_path, "no-such-python")
    assert ended.returncode == 2
    sentence, _ = ended.stderr.splitlines()
    assert sentence.startswith("There is no no-such-python; ")
    assert not (tmp_path / ".venv").exists()
