"""A sandbox on a frozen clock with one organisation, one user, and a client that is already connected."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from tests.unit.vendor_sandbox.xero.driver import START, XeroDriver
from vendor_sandbox.app import Sandbox, create_sandbox
from vendor_sandbox.core.clock import VirtualClock


@pytest.fixture
def sandbox() -> Sandbox:
    return create_sandbox(clock=VirtualClock(START))


@pytest.fixture
async def stranger(sandbox: Sandbox) -> AsyncIterator[XeroDriver]:
    """A driver with an organisation and a user, not connected yet."""
    transport = httpx.ASGITransport(app=sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8900") as client:
        driver = XeroDriver(sandbox, client)
        driver.tenant_id = await driver.make_organisation()
        made = await driver.control("POST", "/users", {"name": "Ann Lee", "organisations": [driver.tenant_id]})
        driver.user_id = made["user_id"]
        yield driver


@pytest.fixture
async def xero(stranger: XeroDriver) -> XeroDriver:
    """A connected driver."""
    await stranger.connect()
    return stranger
