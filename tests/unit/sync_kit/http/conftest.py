"""A server on loopback that answers with exact bytes, so that broken answers can be broken precisely."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from sync_kit.http import HttpClient
from sync_kit.testing import ManualClock

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class WireServer:
    """Reads one request per connection and lets `answer` write whatever it likes; `requests` holds what arrived."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.arrived = asyncio.Event()
        self.answer: Answer = answer_with(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        self.url = ""
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                size = int(lengths[0].split(b":")[1]) if lengths else 0
                self.requests.append(head + (await reader.readexactly(size) if size else b""))
                self.arrived.set()
                await self.answer(writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def answer_with(data: bytes, *, then_close: bool = False) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        if then_close:
            await writer.drain()
            writer.close()

    return answer


async def stay_silent(_: asyncio.StreamWriter) -> None:
    """An answer that never comes."""
    await asyncio.Event().wait()


@pytest.fixture
async def wire() -> AsyncIterator[WireServer]:
    server = WireServer()
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    server.url = f"http://127.0.0.1:{server.port}"
    yield server
    listener.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def http(clock: ManualClock) -> AsyncIterator[HttpClient]:
    client = HttpClient(clock=clock, max_body_bytes=100_000)
    yield client
    await client.close()
