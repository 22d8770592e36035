"""A tenant's decisions."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from scheduler.schemas.fields import Body
from sync_kit.contracts.texts import NO_NULL_BYTE
from sync_kit.contracts.vocabulary import Direction, Module, Sending, Vendor


class GoAheadBody(Body):
    """The consent to write: it names the Xero organisation that may be written to."""

    xero_tenant_id: Annotated[str, NO_NULL_BYTE, Field(min_length=1, max_length=64)]


class SettingsBody(Body):
    """A tenant's decisions. Documents dated before `books_start_date` never go.

    `directions`: which way each module goes; those that are not named keep the defaults (quotes and sales orders off).
    """

    books_start_date: date | None = None
    directions: Mapping[Module, Direction] = Field(default_factory=dict)
    sending: Sending = Sending.USED
    go_ahead: GoAheadBody | None = None


class SettingsView(BaseModel):
    """The settings, and which vendors are connected as far as this service has heard."""

    tenant_id: str
    books_start_date: date | None
    directions: Mapping[Module, Direction]
    sending: Sending
    go_ahead: GoAheadBody | None
    connected: tuple[Vendor, ...]
    missing: tuple[str, ...] = Field(description="What a sync still waits for, in sentences.")
    updated_at: AwareDatetime | None
