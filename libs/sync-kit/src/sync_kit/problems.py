"""Every refusal of our API looks the same: problem+json (RFC 9457) that names all faults and leaks nothing.

`type` is always about:blank; what a program should look at is `status` and, where there is one, `code`.
"""

from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from sync_kit.contracts import codec
from sync_kit.errors import (
    AnswerLostError,
    Fault,
    InvalidInputError,
    NeedsReauthorisationError,
    ProblemError,
    TryLaterError,
)

PROBLEM_JSON = "application/problem+json"
_LONGEST_NAME = 100


class ProblemFault(BaseModel):
    """One fault of a request."""

    where: str = Field(description="Path of the faulty value, such as body.modules[0]")
    what: str = Field(description="What is wrong with it")


class Problem(BaseModel):
    """A refusal (RFC 9457). Some codes add members of their own."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str | None = Field(default=None, description="Which rule refused; stable, for programs")
    faults: list[ProblemFault] | None = None
    request_id: str | None = Field(default=None, description="Name it when you ask for help")


def problem_response(
    status: int,
    title: str,
    detail: str,
    *,
    code: str | None = None,
    faults: Sequence[Fault] = (),
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    request_id: str | None = None,
) -> Response:
    """A problem as an HTTP response."""
    content: dict[str, Any] = dict(extra or {})
    content |= {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if code is not None:
        content["code"] = code
    if faults:
        content["faults"] = [{"where": fault.where, "what": fault.what} for fault in faults]
    if request_id is not None:
        content["request_id"] = request_id
    return Response(codec.dumps(content), status_code=status, headers=dict(headers or {}), media_type=PROBLEM_JSON)


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every refusal and every error that a caller can wait out with a problem.

    Errors that are nobody's refusal are not caught here: the request's edge turns them into a 500 without details.
    """

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)  # noqa: S101 - registered for this class alone
        return _of_problem(request, error)

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class alone
        return _of_problem(request, describe_invalid_request(error))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
        if error.status_code == HTTPStatus.BAD_REQUEST and isinstance(error.__cause__, ValueError | RecursionError):
            return _of_problem(request, _describe_unreadable_body())
        title = HTTPStatus(error.status_code).phrase
        return problem_response(
            error.status_code,
            title,
            str(error.detail or title),
            headers=error.headers,
            request_id=find_request_id(request),
        )

    async def on_try_later(request: Request, error: Exception) -> Response:
        retry_at = error.retry_at if isinstance(error, TryLaterError) else None
        headers = {"retry-after": format_datetime(retry_at, usegmt=True)} if retry_at else {}
        return problem_response(
            503,
            "Try again later",
            "another service that this needs does not answer now",
            code="try_later",
            headers=headers,
            request_id=find_request_id(request),
        )

    async def on_needs_reauthorisation(request: Request, error: Exception) -> Response:
        cause = error.cause if isinstance(error, NeedsReauthorisationError) else ""
        return problem_response(
            409,
            "A person must connect again",
            "the vendor does not let us in any more",
            code="needs_reauthorisation",
            extra={"cause": cause},
            request_id=find_request_id(request),
        )

    app.add_exception_handler(ProblemError, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(TryLaterError, on_try_later)
    app.add_exception_handler(AnswerLostError, on_try_later)
    app.add_exception_handler(NeedsReauthorisationError, on_needs_reauthorisation)


def describe_invalid_request(error: RequestValidationError) -> InvalidInputError:
    """All faults of a request with their paths. The values themselves are not repeated: they may be personal."""
    faults = [Fault(_path_of(found["loc"]), _say(found)) for found in error.errors()]
    return InvalidInputError(f"{len(faults)} fault(s) in the request", code="invalid_request", faults=faults)


def _describe_unreadable_body() -> InvalidInputError:
    # FastAPI hands on as a 400 without a place what its JSON parser stumbles over beyond syntax: bytes that are no
    # text, nesting beyond the stack, numbers of thousands of digits.
    fault = Fault("body", "is not JSON that can be read: no UTF-8, nested too deep, or a number too long")
    return InvalidInputError("1 fault(s) in the request", code="invalid_request", faults=[fault])


def find_request_id(request: Request) -> str | None:
    """The id that the request's edge gave to it."""
    request_id = request.scope.get("state", {}).get("request_id")
    return request_id if isinstance(request_id, str) else None


def _of_problem(request: Request, error: ProblemError) -> Response:
    return problem_response(
        error.status,
        error.title,
        error.detail,
        code=error.code,
        faults=error.faults,
        extra=error.extra,
        headers=error.headers,
        request_id=find_request_id(request),
    )


def _say(found: Mapping[str, Any]) -> str:
    if found["type"] == "json_invalid":
        return f"is not JSON (character {found['loc'][-1]})"
    return str(found["msg"])


def _path_of(loc: Sequence[str | int]) -> str:
    if len(loc) == 2 and loc[0] == "body" and isinstance(loc[1], int):
        return "body"  # the place of a syntax error, which the text names
    path = ""
    for part in loc:
        # The name of an unknown member is the caller's own and may be of any length.
        path += f"[{part}]" if isinstance(part, int) else f".{part[:_LONGEST_NAME]}" if path else part
    return path
