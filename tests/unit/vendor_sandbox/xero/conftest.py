"""A sandbox on a frozen clock with one organisation, one user, and a client that is already connected."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.unit.vendor_sandbox.xero.driver import START, XeroDriver, open_driver

from vendor_sandbox.app import Sandbox, create_sandbox
from vendor_sandbox.core.clock import VirtualClock


@pytest.fixture
def sandbox() -> Sandbox:
    return create_sandbox(clock=VirtualClock(START))


@pytest.fixture
async def stranger(sandbox: Sandbox) -> AsyncIterator[XeroDriver]:
    """A driver with an organisation and a user, not connected yet."""
    async with open_driver(sandbox) as driver:
        yield driver


@pytest.fixture
async def contact_id(xero: XeroDriver) -> str:
    """The id of an active contact named Bob."""
    (made,) = await xero.put("Contacts", {"Name": "Bob", "ContactNumber": "77"})
    return str(made["ContactID"])


@pytest.fixture
async def xero(stranger: XeroDriver) -> XeroDriver:
    """A connected driver."""
    await stranger.connect()
    return stranger
