"""What must be there before a run may write into anybody's ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sync_kit.contracts.events import ConnectionFacts
from sync_kit.contracts.vocabulary import ConnectionState, Vendor
from sync_kit.errors import Fault

PEOPLE_SAY: Mapping[Vendor, str] = {Vendor.ZOHO: "Zoho CRM", Vendor.XERO: "Xero"}


@dataclass(frozen=True)
class GoAhead:
    """What a person has agreed to: since when, and into which Xero organisation."""

    books_start_date: date | None
    xero_tenant_id: str | None


def list_what_is_missing(go_ahead: GoAhead, connections: Sequence[ConnectionFacts]) -> list[Fault]:
    """Every reason why this tenant's first run must wait; empty when it may start."""
    faults = []
    by_vendor = {connection.vendor: connection for connection in connections}
    for vendor in Vendor:
        connection = by_vendor.get(vendor)
        name = PEOPLE_SAY[vendor]
        if connection is None or connection.external_id is None:
            faults.append(Fault(f"connections.{vendor}", f"{name} was never connected; connect it."))
        elif connection.state == ConnectionState.DISCONNECTED:
            faults.append(Fault(f"connections.{vendor}", f"{name} is disconnected; connect it again."))
    if go_ahead.books_start_date is None:
        faults.append(
            Fault("settings.books_start_date", "No start date: say from which document date on Xero shall be filled.")
        )
    xero = by_vendor.get(Vendor.XERO)
    if go_ahead.xero_tenant_id is None:
        faults.append(Fault("settings.go_ahead", "No go-ahead: name the Xero organisation that may be written to."))
    elif xero is not None and xero.external_id is not None and go_ahead.xero_tenant_id != xero.external_id:
        faults.append(Fault("settings.go_ahead", "The go-ahead names another Xero organisation than is connected."))
    return faults
