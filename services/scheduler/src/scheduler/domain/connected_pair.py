"""The two organisations that a tenant pairs, and what is missing in their connections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sync_kit.contracts.events import ConnectionFacts
from sync_kit.contracts.vocabulary import ConnectionState, Vendor
from sync_kit.errors import Fault

PEOPLE_SAY: Final[Mapping[Vendor, str]] = {Vendor.ZOHO: "Zoho CRM", Vendor.XERO: "Xero"}


@dataclass(frozen=True)
class Pair:
    """One Zoho org and one Xero organisation. What was checked or agreed to holds for this very pair."""

    zoho_org_id: str
    xero_tenant_id: str


def find_pair(connections: Sequence[ConnectionFacts]) -> Pair | None:
    """The pair that is connected; None until a person has connected both."""
    ids = {facts.vendor: facts.external_id for facts in connections}
    zoho, xero = ids.get(Vendor.ZOHO), ids.get(Vendor.XERO)
    return Pair(zoho, xero) if zoho and xero else None


def list_missing_connections(connections: Sequence[ConnectionFacts]) -> list[Fault]:
    """What no run can do without. A connection that only needs a new authorisation makes a run wait instead."""
    faults = []
    by_vendor = {connection.vendor: connection for connection in connections}
    for vendor in Vendor:
        connection = by_vendor.get(vendor)
        name = PEOPLE_SAY[vendor]
        if connection is None or connection.external_id is None:
            faults.append(Fault(f"connections.{vendor}", f"{name} was never connected; connect it."))
        elif connection.state == ConnectionState.DISCONNECTED:
            faults.append(Fault(f"connections.{vendor}", f"{name} is disconnected; connect it again."))
    return faults
