"""A cheap HTTP client: eight connections that ask again as soon as they are answered."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from .figures import summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONNECTIONS = 8
WARM_SECONDS = 1.0
_LENGTH = b"content-length:"


def requests(address: str, queries: Sequence[str]) -> list[bytes]:
    """The requests for some queries, ready to send."""
    host = urlsplit(address).netloc
    return [
        f"GET /api/v1/search?q={quote(query)} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        for query in queries
    ]


def load(address: str, queries: Sequence[str], seconds: float) -> dict[str, Any]:
    """Requests answered a second by all connections together, and milliseconds of each."""
    return asyncio.run(_load(address, requests(address, queries), seconds))


def one_by_one(address: str, queries: Sequence[str]) -> int:
    """Asks each query once on one connection; returns how many answers were no success."""
    return asyncio.run(_one_by_one(address, requests(address, queries)))


async def _load(address: str, asked: list[bytes], seconds: float) -> dict[str, Any]:
    began = time.perf_counter() + WARM_SECONDS
    ends = began + seconds
    times: list[float] = []
    failed: list[bytes] = []

    async def connection(order: Iterator[bytes]) -> None:
        reader, writer = await _connect(address)
        while (sent := time.perf_counter()) < ends:
            status = await _ask(reader, writer, next(order))
            now = time.perf_counter()
            if began <= now <= ends:
                times.append(1000 * (now - sent))
            if status != b"200":
                failed.append(status)
        writer.close()

    # Every connection begins elsewhere, so that the same query is seldom asked twice at once.
    apart = max(1, len(asked) // CONNECTIONS)
    orders = [asked[n * apart :] + asked[: n * apart] for n in range(CONNECTIONS)]
    await asyncio.gather(*(connection(itertools.cycle(order)) for order in orders))
    answered = {"requests": len(times), "per_second": len(times) / seconds, "failed": len(failed)}
    return answered | summary(times)


async def _one_by_one(address: str, asked: list[bytes]) -> int:
    reader, writer = await _connect(address)
    failed = 0
    for request in asked:
        failed += await _ask(reader, writer, request) != b"200"
    writer.close()
    return failed


async def _connect(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    place = urlsplit(address)
    return await asyncio.open_connection(place.hostname, place.port)


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    """The status of the answer to a request, after all of the answer was read."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    start = head.index(_LENGTH) + len(_LENGTH)
    await reader.readexactly(int(head[start : head.index(b"\r\n", start)]))
    return head.split(b" ", 2)[1]
