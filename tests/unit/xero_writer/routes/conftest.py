"""The API of a world, called as a partner's client."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.unit.xero_writer.world import World

from sync_kit.testing import ApiClient, TokenIssuer

SCOPES = ("mappings:read", "mappings:write", "syncs:read")


class Partners:
    """Clients of several partners."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._issuer = TokenIssuer(world.clock)
        checks = world.runtime.app.state.caller_checks
        world.runtime.app.state.caller_checks = type(checks)(
            verifier=self._issuer.verifier,
            service_identity=checks.service_identity,
            client_limits=checks.client_limits,
            address_limits=checks.address_limits,
        )

    def open(self, partner_id: str = "partner-1", scopes: tuple[str, ...] = SCOPES) -> ApiClient:
        """A client with a token of that partner."""
        token = self._issuer.issue(partner_id, scopes=scopes)
        return ApiClient(self._world.runtime.app, token=token, clock=self._world.clock)


@pytest.fixture
async def partners(world: World) -> Partners:
    """Clients; the tenant is known."""
    await world.step()
    return Partners(world)


def mapping(**changes: Any) -> Mapping[str, Any]:
    """A mapping as a client sends it: the world's own but for `changes`; taxes and accounts are completed."""
    taxes = {
        "sales": {"VAT": "OUTPUT2"},
        "purchases": {"VAT": "INPUT2"},
        "untaxed_sales": "NONE",
        "untaxed_purchases": "NONE",
        **changes.pop("taxes", {}),
    }
    return {"taxes": taxes, "accounts": {"sales": "200", "purchases": "400", **changes.pop("accounts", {})}, **changes}
