"""Refusals of the scheduler, each with the code that a client can match on."""

from collections.abc import Sequence

from sync_kit.errors import ConflictError, Fault, InvalidInputError


def not_ready(missing: Sequence[Fault]) -> ConflictError:
    """The tenant's runs may not start yet; every missing thing is named."""
    return ConflictError(
        "This tenant is not ready for a sync: " + " ".join(fault.what for fault in missing),
        code="not_ready",
        faults=missing,
    )


def run_in_progress(run_id: str) -> ConflictError:
    """One run of a tenant at a time."""
    return ConflictError(
        f"Run {run_id} of this tenant has not ended yet.", code="run_in_progress", extra={"run_id": run_id}
    )


def run_has_ended(run_id: str) -> ConflictError:
    """What was asked is only possible while a run goes on."""
    return ConflictError(f"Run {run_id} has already ended.", code="run_has_ended", extra={"run_id": run_id})


def idempotency_key_reused() -> InvalidInputError:
    """The same key came with another request."""
    return InvalidInputError(
        "This Idempotency-Key was used for a different request; use a new key.",
        code="idempotency_key_reused",
        faults=[Fault("header.Idempotency-Key", "was used with another body")],
    )


def nothing_to_retry(run_id: str) -> ConflictError:
    """A rehearsal held nothing back: it was about a copy."""
    return ConflictError(
        f"Run {run_id} was a rehearsal, so it holds nothing back; start a sync.", code="nothing_to_retry"
    )
