"""A connection attempt: from the link that we hand out to the vendor's answer, within ten minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from auth.domain.connection import Organisation
from auth.errors import ConnectLinkError
from sync_kit.contracts.vocabulary import Vendor

ATTEMPT_LIFE: Final = timedelta(minutes=10)
"""How long a link may be opened, and how long each consent may take after that."""
CHOICE_LIFE: Final = timedelta(minutes=30)
"""How long a person may take to choose among several Xero organisations."""


@dataclass(frozen=True)
class Attempt:
    """One attempt. The link may be opened again until it succeeded; each opening makes a new state, used once.

    `state_used_at` is None while a vendor's answer is awaited; `choices` are the organisations to choose from.
    """

    attempt_id: str
    connection_id: str
    tenant_id: str
    vendor: Vendor
    data_centre: str | None
    return_url: str | None
    expires_at: datetime
    state_used_at: datetime | None = None
    state_expires_at: datetime | None = None
    completed_at: datetime | None = None
    grant_id: str | None = None
    choices: tuple[Organisation, ...] = ()

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Attempt":
        """The attempt of a stored row."""
        choices = tuple(Organisation(**choice) for choice in row["choices"] or ())
        return cls(**{**row, "vendor": Vendor(row["vendor"]), "choices": choices})


def check_link(attempt: Attempt | None, now: datetime) -> Attempt:
    """The attempt of a link that may be opened. Raises ConnectLinkError with code link_unknown, _used, _expired."""
    if attempt is None:
        raise ConnectLinkError("This link is not known. Ask for a new one.", code="link_unknown")
    if attempt.completed_at is not None or attempt.choices:
        raise ConnectLinkError("This link was used already. Ask for a new one.", code="link_used")
    if now >= attempt.expires_at:
        raise ConnectLinkError("This link is older than ten minutes. Ask for a new one.", code="link_expired")
    return attempt


def check_state(attempt: Attempt | None, vendor: Vendor, now: datetime) -> Attempt:
    """The attempt that a vendor's answer belongs to.

    Raises ConnectLinkError with code state_unknown (also another vendor's), state_used or state_expired.
    """
    if attempt is None or attempt.vendor is not vendor:
        raise ConnectLinkError("We did not ask for this answer. Open the link again.", code="state_unknown")
    if attempt.state_used_at is not None:
        raise ConnectLinkError("This answer was used already. Open the link again.", code="state_used")
    if attempt.state_expires_at is None or now >= attempt.state_expires_at:
        raise ConnectLinkError("The consent took longer than ten minutes. Ask for a new link.", code="state_expired")
    return attempt


def find_choice(attempt: Attempt, external_id: str) -> Organisation | None:
    """The offered organisation with this id."""
    return next((choice for choice in attempt.choices if choice.external_id == external_id), None)
