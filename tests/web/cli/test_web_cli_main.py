"""The command ``ranvier``."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from corpus.record import from_object
from index import Vocabulary
from web.cli.main import COMMANDS, main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from search import Searcher

ROOT = Path(__file__).parents[3]
ESCAPES = re.compile(r"\x1b|\x9b")


def run(*arguments: str, index: Path | None = None) -> Result:
    environ = {"RANVIER_INDEX": str(index) if index else None}
    return CliRunner().invoke(main, arguments, env=environ, catch_exceptions=False)


def fails(*arguments: str, index: Path | None = None) -> str:
    """The one sentence on stderr of a command that ends with 2."""
    result = run(*arguments, index=index)
    assert result.exit_code == 2
    assert not result.stdout
    assert re.fullmatch(r"[^\n]+[.?]\n", result.stderr)
    return result.stderr


@pytest.fixture
def small_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Vocabulary, "bundled", Vocabulary)


def test_search_prints_hits_receipts_and_expansions(index_dir: Path) -> None:
    result = run("search", "RRMS", "relapse", "--limit", "2", index=index_dir)
    assert result.exit_code == 0
    assert "Searched for RRMS as relapsing-remitting MS, also written" in result.output
    assert "“RRMS” → “Relapsing/Remitting" in result.output
    assert "https://pubmed.ncbi.nlm.nih.gov/" in result.output
    assert re.search(r"^1 to 2 of \d+ abstracts, in \d+ ms$", result.output, re.MULTILINE)
    assert not ESCAPES.search(result.output)


def test_search_gives_the_object_of_the_library(index_dir: Path, searcher: Searcher) -> None:
    result = run("search", "IVIG", "--json", "--limit", "3", "--page", "2", index=index_dir)
    found = json.loads(result.output)
    expected = json.loads(json.dumps(searcher.search("IVIG", page=2, per_page=3).to_dict()))
    assert list(found) == list(expected)
    assert found | {"took_ms": 0} == expected | {"took_ms": 0}


def test_a_minus_is_part_of_a_query(index_dir: Path, searcher: Searcher) -> None:
    result = run("search", "--json", "IVIG", "-interferon", index=index_dir)
    total = searcher.search("IVIG -interferon").total
    assert json.loads(result.output)["total"] == total < 12


def test_no_hit_and_pages_past_the_end_are_told(index_dir: Path) -> None:
    result = run("search", "xyzzy", index=index_dir)
    assert "No abstract has “xyzzy”." in result.output
    assert "No abstract was found." in result.output
    assert "Did you mean: placebo" in run("search", "placbo", index=index_dir).output
    past = run("search", "IVIG", "--page", "9", index=index_dir).output
    assert "page 9 is past the end" in past


@pytest.mark.parametrize(
    "arguments",
    [
        ("search", "IVIG", "--limit", "0"),
        ("search", "IVIG", "--limit", "101"),
        ("search", "IVIG", "--limit", "x"),
        ("search", "IVIG", "--page", "0"),
        ("search", "IVIG", "--jsn"),
        ("search",),
        ("show",),
        ("nothing",),
    ],
)
def test_wrong_usage_ends_with_two(index_dir: Path, arguments: tuple[str, ...]) -> None:
    result = run(*arguments, index=index_dir)
    assert result.exit_code == 2
    assert "Error: " in result.stderr


def test_show_prints_a_whole_abstract(index_dir: Path, searcher: Searcher) -> None:
    result = run("show", "15539773", "--query", "Avonex", index=index_dir)
    abstract = searcher.abstract("15539773").abstract
    for paragraph in abstract.paragraphs:
        assert paragraph.text in result.output
    assert "Kalanie H, Gharagozli K" in result.output
    assert "“Avonex” → “" in result.output
    found = run("show", "15539773", "--json", index=index_dir)
    shown = json.loads(found.output)
    assert shown.pop("concepts")
    assert shown.pop("matches") == []
    assert from_object(shown, None) == abstract


def test_what_is_off_is_searched_as_typed(index_dir: Path, searcher: Searcher) -> None:
    arguments = ("search", "RRMS", "IVIG", "--json", "--off", "rrms", "--off", "ivig.narrower,xyz")
    found = json.loads(run(*arguments, index=index_dir).output)
    off = ["rrms", "ivig.narrower", "xyz"]
    expected = json.loads(json.dumps(searcher.search("RRMS IVIG", off=off).to_dict()))
    assert found | {"took_ms": 0} == expected | {"took_ms": 0}
    assert [told["is_off"] for told in found["expansions"]] == [True, False]
    text = run("search", "RRMS", "IVIG", "--off", "rrms", index=index_dir).output
    assert "RRMS was searched as typed, not as relapsing-remitting MS." in text
    assert "Searched for IVIG as" in text
    assert "--off ivig" in text
    assert re.search(r"^Treatments in these results: .+ \d", text, re.MULTILINE)
    shown = run("show", "15451222", "--query", "SPMS", "--off", "spms", "--json", index=index_dir)
    assert not any(concept["is_asked"] for concept in json.loads(shown.output)["concepts"])


def test_show_names_an_unknown_abstract(index_dir: Path) -> None:
    assert fails("show", "404", index=index_dir) == "No abstract here has the PMID 404.\n"


def test_status_tells_what_is_live(index_dir: Path, searcher: Searcher) -> None:
    result = run("status", index=index_dir)
    assert re.search(r"^abstracts +12$", result.output, re.MULTILINE)
    assert re.search(r"^years +2003 to 2006$", result.output, re.MULTILINE)
    found = json.loads(run("status", "--json", index=index_dir).output)
    assert found["id"] == searcher.manifest.id
    assert found["bytes"] == searcher.manifest.bytes


@pytest.mark.parametrize("arguments", [("search", "a"), ("show", "1"), ("status",)])
def test_without_an_index_it_says_the_way_out(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert "ranvier build" in fails(*arguments, index=tmp_path / "none")


@pytest.mark.usefixtures("small_vocabulary")
def test_build_reports_what_it_left_out(tmp_path: Path) -> None:
    lines = [json.dumps({"pmid": "1", "title": "Alfa", "abstract": "Bravo."})]
    lines += ["no json"] * 25
    source = tmp_path / "some.jsonl"
    source.write_text("\n".join(lines))
    home = tmp_path / "an index"
    result = run("--index", str(home), "build", str(source))
    assert result.exit_code == 0
    assert result.output.count("rejected: some.jsonl:") == 20
    assert "rejected: some.jsonl:2: not JSON" in result.output
    assert "rejected: and 5 more" in result.output
    assert re.search(r"^1 abstracts?, 25 rejected; [\d.]+ s, \d+ kB$", result.output, re.MULTILINE)
    assert json.loads(run("status", "--json", index=home).output)["id"] in result.output


@pytest.mark.usefixtures("small_vocabulary")
def test_build_without_a_file_takes_the_bundled_abstracts(tmp_path: Path) -> None:
    assert "12 abstracts, 0 rejected" in run("build", index=tmp_path).output


@pytest.mark.parametrize("content", [None, b"", b"\x00\x01", b"<html></html>", b"no json"])
@pytest.mark.usefixtures("small_vocabulary")
def test_a_file_without_abstracts_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    source = tmp_path / "a file"
    if content is not None:
        source.write_bytes(content)
    assert str(source) in fails("build", str(source), index=tmp_path / "index")


def test_settings_that_cannot_be_used_are_one_sentence(tmp_path: Path) -> None:
    assert "port" in fails("serve", "--port", "http", index=tmp_path)
    assert "threads" in fails("serve", "--threads", "0", index=tmp_path)
    assert "host" in fails("serve", "--host", "no host", index=tmp_path)
    assert "directory" in fails("--index", __file__, "status")


def test_a_port_in_use_is_one_sentence(index_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        sentence = fails("serve", "--port", port, index=index_dir)
    assert sentence == f"Ranvier cannot serve http://127.0.0.1:{port}: address already in use.\n"


def test_an_interrupt_is_one_sentence(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("search.Searcher.search", interrupt)
    result = run("search", "IVIG", index=index_dir)
    assert result.exit_code == 130
    assert result.stderr == "Interrupted.\n"


def test_texts_cannot_steer_the_terminal(tmp_path: Path) -> None:
    result = run("search", "\x1b[31mred\x1b[0m \x9b31m", index=tmp_path)
    assert not ESCAPES.search(result.output)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "web", *arguments]


def test_a_reader_that_stops_reading_is_no_error(index_dir: Path) -> None:
    line = f'"{sys.executable}" -m web search IVIG --json | head -c 1'
    environ = os.environ | {"RANVIER_INDEX": str(index_dir)}
    ended = subprocess.run(
        ["/bin/sh", "-c", line], cwd=ROOT, env=environ, capture_output=True, check=True
    )
    assert ended.stdout == b"{"
    assert ended.stderr == b""


@contextmanager
def serving(*arguments: str, port: str = "0") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A real server, by default on a free port, and its address."""
    with subprocess.Popen(
        command(*arguments, "--port", port),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            lines = iter(server.stdout.readline, "")
            yield server, next(line for line in lines if "serves" in line).split()[-1]
        finally:
            server.terminate()


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 (our own server)
        content: bytes = answer.read()
    return content.decode("utf-8")


def test_a_real_server_builds_serves_follows_and_ends(tmp_path: Path) -> None:
    home = tmp_path / "an index"
    arguments = ("--index", str(home), "serve", "--build-if-missing", "--threads", "2")
    with serving(*arguments) as (server, address):
        assert address.startswith("http://127.0.0.1:")
        first = json.loads(get(f"{address}/healthz"))
        assert first["abstracts"] == 12
        assert "<mark>" in get(f"{address}/search?q=secretword+IVIG")
        assert "IVIG" in get(f"{address}/search?q=IVIG+{'%CE%B1' * 1300}")
        subprocess.run(command("--index", str(home), "build"), cwd=ROOT, check=True)
        time.sleep(1)
        assert json.loads(get(f"{address}/healthz"))["generation"] != first["generation"]
        server.send_signal(signal.SIGINT)
        _, log = server.communicate(timeout=20)
    assert server.returncode == 0
    assert "secretword" not in log
    assert "Traceback" not in log


def test_a_server_starts_again_at_once_on_the_port_it_had(index_dir: Path) -> None:
    arguments = ("--index", str(index_dir), "serve")
    with serving(*arguments) as (_, address):
        port = address.rpartition(":")[2]
        with socket.create_connection(("127.0.0.1", int(port))) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            while connection.recv(4096):
                pass  # the server closes first, so its end of the connection lingers
    with serving(*arguments, port=port) as (_, again):
        assert again == address
        assert get(f"{again}/healthz")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_of_each_what_it_says_of_itself(name: str) -> None:
    listed = COMMANDS[name].help
    told = " ".join(run(name, "--help").output.split())
    assert listed.endswith(".")
    assert listed in told
    assert listed in " ".join(run("--help").output.split())


def test_an_unknown_command_is_told() -> None:
    result = run("alfa")
    assert result.exit_code == 2
    assert result.stderr.endswith("No such command 'alfa'.\n")


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], ["index", "search", "flask", "nltk", "numpy", "rich"]),
        (
            ["search", "--help"],
            ["flask", "gunicorn", "search.evaluation.evaluate", "nltk", "scipy", "regex"],
        ),
        (["serve", "--help"], ["index", "search", "flask", "nltk", "numpy"]),
    ],
    ids=" ".join,
)
def test_a_command_imports_only_what_it_needs(arguments: list[str], absent: list[str]) -> None:
    script = (
        "import sys\nfrom web.cli.main import main\nmain(sys.argv[1:], standalone_mode=False)\n"
        "print(*sys.modules, sep='\\n')"
    )
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(absent) & set(done.stdout.splitlines())


@pytest.mark.parametrize("package", ["bm25s", "ir_measures", "scipy"])
def test_evaluating_without_its_packages_ends_with_a_sentence(package: str) -> None:
    script = (
        f"import sys\nsys.modules[{package!r}] = None\n"
        "from web.cli.main import main\nmain(['evaluate'])\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"An evaluation needs the package {package}")
    assert done.stderr.endswith("; install ranvier[evaluate].\n")
    assert done.stderr.count("\n") == 1
