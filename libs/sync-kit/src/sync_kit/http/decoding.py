"""Read a body with a cap that holds for what is unpacked, not only for what is received.

A few kilobytes of gzip can unpack to gigabytes, so the unpacking itself is bounded.
"""

import zlib
from collections.abc import AsyncIterable

from sync_kit.errors import AnswerLostError, BadAnswerError

_GZIP_WINDOW = 16 + zlib.MAX_WBITS


async def read_body(chunks: AsyncIterable[bytes], *, encoding: str, max_bytes: int) -> bytes:
    """All of the body, unpacked.

    Raises AnswerLostError when it grows above `max_bytes` or its packing ends early, BadAnswerError when it is packed
    in a way that was not offered.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return await _read_plain(chunks, max_bytes)
    if encoding in {"gzip", "x-gzip"}:
        return await _read_gzip(chunks, max_bytes)
    raise BadAnswerError("the answer is packed in a way that was not offered")


async def _read_plain(chunks: AsyncIterable[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        _check_size(len(body), max_bytes)
    return bytes(body)


async def _read_gzip(chunks: AsyncIterable[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    received = 0
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        async for chunk in chunks:
            received += len(chunk)
            _check_size(received, max_bytes)
            body += unpacker.decompress(chunk, max_bytes - len(body) + 1)
            _check_size(len(body), max_bytes)
    except zlib.error as error:
        raise BadAnswerError("the answer's gzip is damaged") from error
    if received and not unpacker.eof:
        raise AnswerLostError("the answer's gzip ended early")
    return bytes(body)


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise AnswerLostError(f"the answer is larger than {max_bytes} bytes")
