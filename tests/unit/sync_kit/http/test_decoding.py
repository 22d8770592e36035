import gzip
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from sync_kit.errors import AnswerLostError
from sync_kit.http.decoding import read_body


async def chunks_of(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def test_a_packed_bomb_is_not_even_unpacked() -> None:
    packed = gzip.compress(b"\0" * 30_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(AnswerLostError):
            await read_body(chunks_of(packed), encoding="gzip", max_bytes=100_000)
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["", "identity", "gzip"])
async def test_a_body_exactly_at_the_cap_is_read(encoding: str) -> None:
    body = b"0123456789" * 100
    data = gzip.compress(body) if encoding == "gzip" else body
    assert await read_body(chunks_of(data), encoding=encoding, max_bytes=1000) == body
    with pytest.raises(AnswerLostError):
        await read_body(chunks_of(data), encoding=encoding, max_bytes=999)
