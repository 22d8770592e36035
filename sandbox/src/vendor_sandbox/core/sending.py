"""How an answer leaves: whole, cut, or without end."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Literal

from starlette.types import Message, Receive, Send

from vendor_sandbox.core.messages import VendorResponse

Ending = Literal["whole", "cut", "half", "endless"]
CHUNK = b" " * 65536


@dataclass(slots=True)
class Answer:
    """A response and the way it is sent; `delay_seconds` is real time."""

    response: VendorResponse
    ending: Ending = "whole"
    delay_seconds: float = 0.0
    admitted: bool = False
    endless_megabytes: int = 1024


async def send_answer(answer: Answer, receive: Receive, send: Send) -> None:
    """Send it. After `cut` and `half` the response is left unfinished: uvicorn then closes the socket."""
    if answer.ending == "cut":
        await _send_start(send, 200, {"content-length": "1048576"})
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        return
    response = answer.response
    body = response.body or b""
    headers = dict(response.headers)
    if answer.ending == "endless":
        await _send_start(send, response.status, headers)
        await _send_without_end(body, answer.endless_megabytes, receive, send)
        return
    headers["content-length"] = str(len(body))
    if response.status in {204, 304}:
        del headers["content-length"]
    await _send_start(send, response.status, headers)
    if answer.ending == "half":
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        return
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _send_start(send: Send, status: int, headers: dict[str, str]) -> None:
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    message: Message = {"type": "http.response.start", "status": status, "headers": encoded}
    await send(message)


async def _send_without_end(body: bytes, megabytes: int, receive: Receive, send: Send) -> None:
    """Stream until the client hangs up. The bound only protects the machine from a client that never does."""
    hung_up = asyncio.ensure_future(_wait_for_disconnect(receive))
    try:
        await send({"type": "http.response.body", "body": body, "more_body": True})
        for _ in range(megabytes * 16):
            if hung_up.done():
                return
            await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
            await asyncio.sleep(0)
    finally:
        hung_up.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hung_up


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
