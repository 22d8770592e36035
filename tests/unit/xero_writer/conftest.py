"""One world per test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.unit.xero_writer.world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A tenant with an empty Xero organisation, and a writer that is connected to it."""
    async with open_world(tmp_path) as opened:
        yield opened
