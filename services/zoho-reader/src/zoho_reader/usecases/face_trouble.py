"""What to do when Zoho does not answer as it should: wait, say so, and lose nothing. There is no giving up."""

from datetime import datetime, timedelta
from typing import Final

from sync_kit.contracts.reasons import Reason
from sync_kit.errors import (
    AnswerLostError,
    BadAnswerError,
    NeedsReauthorisationError,
    NotSentError,
    RateLimitedError,
    SyncError,
    TryLaterError,
)
from zoho_reader.domain.backoff import LONGEST_LIMIT_SECONDS, LONGEST_TROUBLE_SECONDS, count_backoff_seconds
from zoho_reader.errors import ModuleRefusedError, QuestionRefusedError
from zoho_reader.usecases.open_slice import Slice
from zoho_reader.usecases.report_stage import report_stage

ASK_AGAIN_SECONDS: Final = 900
"""After a refused consent auth tells when it is mended; this is only for the case that the news was lost."""

TROUBLE: Final = (
    TryLaterError,
    AnswerLostError,
    NeedsReauthorisationError,
    ModuleRefusedError,
    QuestionRefusedError,
)
"""What a step may meet without anything being wrong on our side."""


async def face_trouble(work: Slice, error: SyncError) -> datetime:
    """Save that the run waits and tell it; returns when to try again. Attempts are counted until a page comes."""
    async with work.telling() as session:
        now = await session.now()
        attempts = work.run.attempts + 1
        if isinstance(error, NeedsReauthorisationError):
            reason = Reason(code="needs_reauthorisation", facts={"vendor": "Zoho CRM", "cause": error.cause})
            until, shown = now + timedelta(seconds=ASK_AGAIN_SECONDS), None
        elif isinstance(error, RateLimitedError):
            until = _count_until(work, now, attempts, error, LONGEST_LIMIT_SECONDS)
            shown = until
            reason = Reason(
                code="waiting_for_limit", facts={"vendor": "Zoho CRM", "until": f"{until:%Y-%m-%d %H:%M:%S} UTC"}
            )
        else:
            until = _count_until(work, now, attempts, error, LONGEST_TROUBLE_SECONDS)
            shown = until
            reason = Reason(code="vendor_trouble", facts={"vendor": "Zoho CRM", "what": _describe(error)})
        work.run = await report_stage(
            session, work.run, "waiting", waiting_until=shown, waiting_for=reason, attempts=attempts
        )
    work.metrics.waits.labels(cause=reason.code).inc()
    return until


def _count_until(work: Slice, now: datetime, attempts: int, error: SyncError, longest_seconds: int) -> datetime:
    seconds = count_backoff_seconds(work.lease.tenant_id, attempts, longest_seconds=longest_seconds)
    until = now + timedelta(seconds=seconds)
    named = error.retry_at if isinstance(error, TryLaterError) else None
    return until if named is None else max(until, named)


def _describe(error: SyncError) -> str:
    if isinstance(error, NotSentError):
        return "it cannot be reached"
    if isinstance(error, BadAnswerError):
        return "its answer cannot be understood"
    if isinstance(error, AnswerLostError):
        return "its answer did not arrive whole"
    return str(error)
