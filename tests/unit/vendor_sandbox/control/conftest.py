"""A whole sandbox behind its control API."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from vendor_sandbox.app import Sandbox, create_sandbox
from vendor_sandbox.core.clock import VirtualClock


@pytest.fixture
def sandbox() -> Sandbox:
    return create_sandbox(clock=VirtualClock(datetime(2026, 11, 2, 9, 30, tzinfo=UTC)))


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as client:
        yield client
