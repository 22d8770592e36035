"""Connections of a partner's tenants: begin, look, choose, end."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from auth.schemas import (
    ConnectionAnswer,
    ConnectionIdPath,
    ConnectionRequest,
    ConnectionsAnswer,
    Identifier,
    OrganisationAnswer,
    OrganisationChoice,
    OrganisationsAnswer,
    StartedConnectionAnswer,
)
from auth.usecases.choose_organisation import choose_for_connection, list_choices
from auth.usecases.disconnect import disconnect as end
from auth.usecases.show_connections import show_connection, show_connections
from auth.usecases.start_connection import start_connection as start
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import Fault, InvalidInputError
from sync_kit.identity import Principal, require_scope
from sync_kit.store import Store

_Reader = Annotated[Principal, Depends(require_scope("tenants:read"))]
_Writer = Annotated[Principal, Depends(require_scope("tenants:write"))]


def connection_routes(*, store: Store, public_url: str, data_centres: Collection[str]) -> APIRouter:
    """`/v1/connections`."""
    router = APIRouter(prefix="/v1/connections", tags=["connections"])

    @router.post("", status_code=201)
    async def start_connection(principal: _Writer, body: ConnectionRequest) -> StartedConnectionAnswer:
        """Begin to connect a tenant: a person opens `connect_url` in a browser within ten minutes."""
        _check_data_centre(body, data_centres)
        started = await start(
            principal.partner_id,
            body.tenant_id,
            body.vendor,
            data_centre=body.data_centre,
            return_url=body.return_url,
            store=store,
        )
        shown = ConnectionAnswer.of(started.connection)
        return StartedConnectionAnswer(**dict(shown), connect_url=f"{public_url}/connect/{body.vendor}/{started.link}")

    @router.get("")
    async def list_connections(principal: _Reader, tenant_id: Annotated[Identifier, Query()]) -> ConnectionsAnswer:
        """A tenant's connections."""
        found = await show_connections(principal.partner_id, tenant_id, store=store)
        return ConnectionsAnswer(items=[ConnectionAnswer.of(connection) for connection in found])

    @router.get("/{connection_id}")
    async def get_connection(principal: _Reader, connection_id: ConnectionIdPath) -> ConnectionAnswer:
        """One connection."""
        return ConnectionAnswer.of(await show_connection(principal.partner_id, connection_id, store=store))

    @router.delete("/{connection_id}", status_code=204)
    async def disconnect(principal: _Writer, connection_id: ConnectionIdPath) -> None:
        """Disconnect: no service works with it from now on, and the vendor is told."""
        await end(principal.partner_id, connection_id, store=store)

    @router.get("/{connection_id}/organisations")
    async def list_organisations(principal: _Reader, connection_id: ConnectionIdPath) -> OrganisationsAnswer:
        """What to choose from, after a consent that opened several Xero organisations."""
        choices = await list_choices(principal.partner_id, connection_id, store=store)
        return OrganisationsAnswer(items=[OrganisationAnswer.of(choice) for choice in choices])

    @router.post("/{connection_id}/organisation")
    async def choose_organisation(
        principal: _Writer, connection_id: ConnectionIdPath, body: OrganisationChoice
    ) -> ConnectionAnswer:
        """Choose the organisation of a connection."""
        chosen = await choose_for_connection(principal.partner_id, connection_id, body.xero_tenant_id, store=store)
        return ConnectionAnswer.of(chosen.connection)

    return router


def _check_data_centre(body: ConnectionRequest, data_centres: Collection[str]) -> None:
    if body.data_centre is None:
        return
    if body.vendor is not Vendor.ZOHO:
        fault = Fault("body.data_centre", "belongs to Zoho only")
    elif body.data_centre not in data_centres:
        fault = Fault("body.data_centre", f"is not one of {', '.join(sorted(data_centres))}")
    else:
        return
    raise InvalidInputError("The data centre does not fit.", faults=[fault])
