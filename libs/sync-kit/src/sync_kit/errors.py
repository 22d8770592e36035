"""Errors of the kit, named by what the caller does next.

SyncError
├── TryLaterError             the same call may succeed later; `retry_at` says when, if the other side said so
│   ├── NotSentError          nothing left this process: safe to repeat
│   └── RateLimitedError      the vendor refused before doing anything: wait, then repeat
├── AnswerLostError           it may or may not have happened: look before you repeat
│   └── BadAnswerError        an answer came and cannot be understood: a read may be repeated, a write is uncertain
├── NeedsReauthorisationError a person must connect again; until then wait
├── LeaseLostError            another worker owns this tenant now: stop at once, write nothing
├── ParkEventError            the event is early (its tenant is unknown): keep it until that is there
├── UnreadableEventError      the event can never be read: set it aside with its reason
├── MessageTooLargeError      the bus can never carry it: its writer must cut it
└── ProblemError              the caller of our API must change the request
    ├── InvalidInputError     422, names every fault
    ├── UnauthorisedError     401
    ├── ForbiddenError        403
    ├── NotFoundError         404, also for what belongs to somebody else
    ├── ConflictError         409, with a code
    └── TooManyRequestsError  429
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


class SyncError(Exception):
    """Root of all errors raised on purpose."""


class TryLaterError(SyncError):
    """The same call may succeed later.

    `retry_at` is aware UTC, or None when the other side named no time.
    """

    def __init__(self, message: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class NotSentError(TryLaterError):
    """The connection was never made, so nothing was sent."""


class RateLimitedError(TryLaterError):
    """The vendor's limit is reached; the request was not executed.

    `limit` is the vendor's own word for it (minute, day, concurrent, app) or "unknown".
    """

    def __init__(self, message: str, *, limit: str, retry_at: datetime | None = None) -> None:
        super().__init__(message, retry_at=retry_at)
        self.limit = limit


class AnswerLostError(SyncError):
    """The request left and no whole answer came back: its effect is unknown."""


class BadAnswerError(AnswerLostError):
    """An answer came that cannot be understood (not JSON, wrong types, a page of HTML)."""


class NeedsReauthorisationError(SyncError):
    """The vendor no longer lets us in; `cause` is expired, withdrawn, scope_missing or never_connected."""

    def __init__(self, message: str, *, cause: str) -> None:
        super().__init__(message)
        self.cause = cause


class LeaseLostError(SyncError):
    """The worker no longer owns the tenant; whatever it planned must not be written or sent."""


class ParkEventError(SyncError):
    """The event is early: its tenant is not known here yet."""


class UnreadableEventError(SyncError):
    """The event's bytes can never be understood by this version."""


class MessageTooLargeError(SyncError):
    """The message is above what the bus carries; nothing of its batch was published."""


@dataclass(frozen=True)
class Fault:
    """One fault in a request: where it is (a path such as `body.settings.modules[0]`) and what is wrong."""

    where: str
    what: str


class ProblemError(SyncError):
    """A refusal that the caller of our API can act on; becomes problem+json (RFC 9457)."""

    status = 400
    title = "Bad request"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        faults: Sequence[Fault] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.faults = tuple(faults)
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})


class InvalidInputError(ProblemError):
    """The request was understood and its content is wrong; `faults` names each one."""

    status = 422
    title = "The request has faults"


class UnauthorisedError(ProblemError):
    """No valid credential."""

    status = 401
    title = "Not authenticated"


class ForbiddenError(ProblemError):
    """The credential is valid and lacks the scope."""

    status = 403
    title = "Not allowed"


class NotFoundError(ProblemError):
    """Nothing here by that id for this caller."""

    status = 404
    title = "Not found"


class ConflictError(ProblemError):
    """The state does not allow it; `code` says which rule."""

    status = 409
    title = "Conflict"


class TooManyRequestsError(ProblemError):
    """This client has used up its allowance."""

    status = 429
    title = "Too many requests"
