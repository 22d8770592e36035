"""What several tests of the kit need."""

import logging
from collections.abc import Iterator

import pytest
import structlog
from tests.fixtures.kit_house import bus, clock, house, lasting_url, postgres_url, store_url

__all__ = ["bus", "clock", "house", "lasting_url", "postgres_url", "restored_logging", "store_url"]


@pytest.fixture
def restored_logging() -> Iterator[None]:
    """Put logging back as it was before the test configured it."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()
