"""A world of its own for every story."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.fixtures.world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Connected, ready, and with nothing in it."""
    async with open_world(tmp_path) as opened:
        await opened.connect()
        yield opened
