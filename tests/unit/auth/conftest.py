"""A house for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.unit.auth.house import House, Partner


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Auth with the simulated vendors."""
    opened = await House.open(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def partner(house: House) -> Partner:
    """A partner platform."""
    return await house.add_partner()
