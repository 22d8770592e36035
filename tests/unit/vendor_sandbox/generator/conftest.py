"""An empty org to fill."""

from datetime import UTC, datetime

import pytest

from vendor_sandbox.core.clock import VirtualClock
from vendor_sandbox.core.minting import Mint
from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.core.switches import Switches
from vendor_sandbox.zoho.record_checks import Writing, start_writing
from vendor_sandbox.zoho.routes import zoho_handlers


@pytest.fixture
def writing() -> Writing:
    core = SandboxCore(VirtualClock(datetime(2026, 11, 2, 9, 30, tzinfo=UTC)), Switches(), Mint("test"))
    org = zoho_handlers(core).state.add_org(company_name="Acme Ltd", dc="eu")
    return start_writing(core, org, core.clock.now(), 0, by_person=True)
