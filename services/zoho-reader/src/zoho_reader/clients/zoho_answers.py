"""What the status and the error envelope of a Zoho answer mean for the caller (API v8, status codes page)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sync_kit.errors import BadAnswerError, RateLimitedError, SyncError, TryLaterError
from zoho_reader.errors import MissingScopeError, ModuleRefusedError, QuestionRefusedError, TokenRefusedError

_EMPTY: Final = frozenset({204, 304})


def check_answer(status: int, body: object, *, source: str) -> object:
    """The body of a good answer, None where Zoho says "nothing" by an empty one.

    Raises TokenRefusedError, MissingScopeError, ModuleRefusedError, QuestionRefusedError, RateLimitedError,
    TryLaterError, BadAnswerError.
    """
    if status == 200:
        if body is None:  # "nothing" is a 204: an empty 200 must not pass for it
            raise BadAnswerError("Zoho answered 200 without a body")
        return body
    if status in _EMPTY:
        return None
    raise _explain(status, read_refusal(body), source=source)


@dataclass(frozen=True)
class Envelope:
    """Zoho's error envelope: its code (empty when it is none), and the column and parameter that are at fault."""

    code: str = ""
    column: str | None = None
    param: str | None = None


def _explain(status: int, said: Envelope, *, source: str) -> SyncError:
    code = said.code
    error: SyncError = BadAnswerError(f"Zoho answered {status}")
    # The documents give 401 for a missing scope, one table of a third party gives 403.
    if status in {401, 403} and code == "OAUTH_SCOPE_MISMATCH":
        error = MissingScopeError("the consent does not cover this")
    elif status == 401:
        error = TokenRefusedError("Zoho does not take the token")
    elif status == 403:
        error = ModuleRefusedError(source)
    elif status == 429:
        error = RateLimitedError("Zoho allows no more calls for now", limit="unknown")
    elif status >= 500:
        error = TryLaterError(f"Zoho answered {status}")
    elif status in {400, 404, 413} and code:
        error = QuestionRefusedError(source, code=code, column=said.column, param=said.param)
    return error


def read_refusal(body: object) -> Envelope:
    """What a refusal says, at the top level or inside `data`."""
    envelope = body if isinstance(body, Mapping) else {}
    inner = envelope.get("data")
    if "code" not in envelope and isinstance(inner, list) and inner and isinstance(inner[0], Mapping):
        envelope = inner[0]
    code, details = envelope.get("code"), envelope.get("details")
    details = details if isinstance(details, Mapping) else {}
    param = details.get("param_name", details.get("param"))
    column = details.get("api_name") if param == "fields" else details.get("column_name")
    return Envelope(
        code if isinstance(code, str) else "",
        column if isinstance(column, str) else None,
        param if isinstance(param, str) else None,
    )


def is_composite(body: object) -> bool:
    """Whether the body holds the answers of sub-requests."""
    return isinstance(body, Mapping) and isinstance(body.get("__composite_requests"), list)


def read_together(body: object, count: int) -> list[tuple[int, object]]:
    """Status and body of each sub-request of a composite, in the order in which they were sent as "1", "2" ...

    Raises BadAnswerError when one is missing.
    """
    answers: dict[str, tuple[int, object]] = {}
    outer = body.get("__composite_requests") if isinstance(body, Mapping) else None
    for item in outer if isinstance(outer, list) else ():
        response = _find_response(item)
        status = response.get("status_code")
        if isinstance(status, int) and not isinstance(status, bool):
            answers[str(item.get("sub_request_id"))] = (status, response.get("body"))
    try:
        return [answers[str(number)] for number in range(1, count + 1)]
    except KeyError as error:
        raise BadAnswerError("an answer of Zoho's composite is missing") from error


def _find_response(item: Any) -> Mapping[str, Any]:
    details = item.get("details") if isinstance(item, Mapping) else None
    response = details.get("response") if isinstance(details, Mapping) else None
    return response if isinstance(response, Mapping) else {}
