"""One house for the tests of a file; building it takes seconds."""

from collections.abc import Iterator

import pytest
from tests.contract.house import House, open_house
from tests.fixtures.buses import bus_url

__all__ = ["bus_url", "house"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two partners in one product."""
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened
