"""The command line in front of a scripted API."""

from collections.abc import Iterator

import pytest
from tests.fixtures.command_line import CommandLine, open_command_line


@pytest.fixture
def command_line() -> Iterator[CommandLine]:
    with open_command_line() as line:
        yield line
