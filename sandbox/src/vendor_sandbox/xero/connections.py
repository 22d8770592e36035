"""Connections: which organisations an app may use on behalf of which person.

A connection's id is not the tenant id. Connecting an organisation again keeps the connection and
moves its `updatedDateUtc` and `authEventId`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vendor_sandbox.core.minting import Mint
from vendor_sandbox.xero.dates import render_connection_instant


@dataclass(slots=True)
class Connection:
    """One authorised link of an app, a person and an organisation."""

    connection_id: str
    client_id: str
    user_id: str
    tenant_id: str
    auth_event_id: str
    created_at: datetime
    updated_at: datetime


class ConnectionBook:
    """All connections; looked up by app, person and organisation."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[str, str, str], Connection] = {}

    def connect(
        self, mint: Mint, at: datetime, client_id: str, user_id: str, tenant_id: str, auth_event_id: str
    ) -> Connection:
        """Connect an organisation, or refresh its connection."""
        known = self._by_key.get((client_id, user_id, tenant_id))
        if known is not None:
            known.auth_event_id = auth_event_id
            known.updated_at = at
            return known
        made = Connection(mint.guid(), client_id, user_id, tenant_id, auth_event_id, at, at)
        self._by_key[client_id, user_id, tenant_id] = made
        return made

    def find_connection(self, client_id: str, user_id: str, tenant_id: str) -> Connection | None:
        """The connection that lets this app use this organisation for this person."""
        return self._by_key.get((client_id, user_id, tenant_id))

    def list_connections(self, client_id: str, user_id: str) -> list[Connection]:
        """What GET /connections shows to a token, oldest first."""
        return [
            connection
            for connection in self._by_key.values()
            if connection.client_id == client_id and connection.user_id == user_id
        ]

    def list_all(self) -> list[Connection]:
        """Every connection of every app."""
        return list(self._by_key.values())

    def disconnect(self, connection: Connection) -> None:
        """Remove one connection."""
        self._by_key.pop((connection.client_id, connection.user_id, connection.tenant_id), None)

    def disconnect_user(self, client_id: str, user_id: str) -> None:
        """Remove all connections of a person with an app: what a revocation does."""
        for connection in self.list_connections(client_id, user_id):
            self.disconnect(connection)


def render_connection(connection: Connection, tenant_name: str) -> dict[str, Any]:
    """A connection as /connections shows it: camel case, ISO times."""
    return {
        "id": connection.connection_id,
        "authEventId": connection.auth_event_id,
        "tenantId": connection.tenant_id,
        "tenantType": "ORGANISATION",
        "tenantName": tenant_name,
        "createdDateUtc": render_connection_instant(connection.created_at),
        "updatedDateUtc": render_connection_instant(connection.updated_at),
    }
