"""The page about the sandbox names what there is."""

from pathlib import Path

import pytest

from vendor_sandbox.core.faults import FAULT_KINDS
from vendor_sandbox.core.switches import Switches

README = Path(__file__).parents[4] / "sandbox" / "README.md"


@pytest.mark.parametrize("name", [*Switches().describe(), *FAULT_KINDS])
def test_every_switch_and_every_fault_is_on_the_page(name: str) -> None:
    assert f"| `{name}`" in README.read_text(encoding="utf-8")
