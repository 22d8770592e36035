"""Reading what a control call sent, and answering it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from vendor_sandbox.core.control_errors import ControlRefusedError
from vendor_sandbox.core.wire import dump_json, parse_json


async def read_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object (empty body: empty object). Raises ControlRefusedError."""
    body = await request.body()
    if not body:
        return {}
    try:
        value = parse_json(body)
    except ValueError as problem:
        raise ControlRefusedError("the body is not JSON") from problem
    if not isinstance(value, dict):
        raise ControlRefusedError("the body must be a JSON object")
    return value


def read_number(request: Request, name: str, default: int = 0) -> int:
    """A whole number from the query. Raises ControlRefusedError."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if not text.isdigit():
        raise ControlRefusedError(f"{name} must be a whole number")
    return int(text)


def respond(value: object, status: int = 200) -> Response:
    """A JSON answer with exact decimals."""
    return Response(dump_json(value), status, media_type="application/json")
