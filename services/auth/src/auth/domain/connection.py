"""A connection: a tenant's authorised link to one vendor, and the rules of who may hold which organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sync_kit.contracts.events import ConnectionFacts
from sync_kit.contracts.vocabulary import ConnectionState, Vendor
from sync_kit.errors import ConflictError

LIVE: Final = (ConnectionState.CONNECTED, ConnectionState.NEEDS_REAUTHORISATION)
"""States in which the vendor's organisation belongs to this tenant and to no other."""


class Cause(StrEnum):
    """Why a connection cannot be used; the words of the kit's NeedsReauthorisationError."""

    NEVER_CONNECTED = "never_connected"
    EXPIRED = "expired"
    SCOPE_MISSING = "scope_missing"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Connection:
    """`generation` grows with every authorisation, disconnection and loss of it: an older one is fenced off.

    `external_id` (zoho_org_id or xero_tenant_id) stays after a disconnection, since record links belong to the pair.
    `vendor_connection_id` is Xero's own id of the link, needed to cut it; it is not the xero_tenant_id.
    """

    connection_id: str
    tenant_id: str
    vendor: Vendor
    state: ConnectionState
    generation: int
    created_at: datetime
    updated_at: datetime
    cause: Cause | None = None
    data_centre: str | None = None
    external_id: str | None = None
    external_name: str | None = None
    vendor_connection_id: str | None = None
    grant_id: str | None = None
    web_url: str | None = None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Connection":
        """The connection of a stored row."""
        cause = row["cause"]
        return cls(
            **{
                **row,
                "vendor": Vendor(row["vendor"]),
                "state": ConnectionState(row["state"]),
                "cause": None if cause is None else Cause(cause),
            }
        )

    def to_facts(self) -> ConnectionFacts:
        """What other services may know: no names, no grants."""
        return ConnectionFacts(
            vendor=self.vendor,
            connection_id=self.connection_id,
            state=self.state,
            generation=self.generation,
            external_id=self.external_id,
            web_url=self.web_url,
        )


@dataclass(frozen=True)
class Organisation:
    """A vendor's organisation that a consent opened."""

    external_id: str
    name: str
    web_url: str
    vendor_connection_id: str | None = None


def check_same_organisation(connection: Connection, external_id: str) -> None:
    """Raises ConflictError `different_organisation` when the tenant's links belong to another one."""
    if connection.external_id is not None and connection.external_id != external_id:
        raise ConflictError(
            "This tenant was connected to another organisation, and its record links belong to that one. "
            "Connect the same organisation again, or make a new tenant.",
            code="different_organisation",
        )


def refuse_organisation_in_use() -> ConflictError:
    """The refusal of an organisation that lives at another tenant; it does not tell whose."""
    return ConflictError("This organisation is connected elsewhere already.", code="organisation_in_use")
