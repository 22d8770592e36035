"""Engines without the programs that they need, and real ones."""

from pathlib import Path

import pytest
from tests.fixtures.scripted_program import Programs


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    folder = tmp_path / "programs"
    folder.mkdir()
    return Programs(folder)
