"""The day before: a tenant, connected and checked, with nothing in its CRM. Built once, copied for each seed."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.chaos.repeatable import run_alone, seed_randomness
from tests.fixtures.world import MAPPING, START, World

from sync_kit.testing import ManualClock
from vendor_sandbox.app import Sandbox, create_sandbox
from vendor_sandbox.core.clock import VirtualClock
from vendor_sandbox.core.switches import Switches
from zoho2xero.client import Credentials
from zoho2xero.demo.sandbox import SandboxControl
from zoho2xero.home import Secrets, prepare_home

CRM_TAXES: Final = {"VAT 20%": 20, "VAT 5%": 5, "VAT 0%": 0, "VAT 12%": 12}
"""The last one is mapped to nothing."""


@dataclass(frozen=True)
class Founded:
    """What a story begins with. The sandbox is used up by the first story that uses it: fork before."""

    folder: Path
    secrets: Secrets
    sandbox: Sandbox
    credentials: Credentials
    tenant_id: str
    zoho_org_id: str
    xero_tenant_id: str

    def copy_files(self, folder: Path) -> None:
        """Stores, log and secrets, as they stood when everything was closed."""
        shutil.copytree(self.folder, folder)


def found(folder: Path, *, sending: str) -> Founded:
    """Build the product on `folder`, connect both vendors, choose what is sent, and pass the check."""
    seed_randomness(f"founding {sending}")
    return run_alone(_found(folder, sending))


async def _found(folder: Path, sending: str) -> Founded:
    sandbox = create_sandbox(Switches(), VirtualClock(START), "founding")
    world = World(folder, ManualClock(START), sandbox, prepare_home(folder))
    await world.build()
    try:
        await world.connect(MAPPING, furnish=_furnish)
        if sending != "used":
            await world.change_settings(sending=sending)
            await world.check()
        await world.pass_time(900)
        await world.settle()
    finally:
        await world.close()
    sandbox.ledger.calls.clear()
    return Founded(
        folder=folder,
        secrets=world.secrets,
        sandbox=sandbox,
        credentials=world.prepared.credentials,
        tenant_id=world.tenant_id,
        zoho_org_id=world.zoho_org_id,
        xero_tenant_id=world.xero_tenant_id,
    )


async def _furnish(world: World) -> None:
    await add_taxes(world.control, world.zoho_org_id)


async def add_taxes(control: SandboxControl, zoho_org_id: str) -> None:
    """The taxes that the CRM knows."""
    for name, percent in CRM_TAXES.items():
        wanted: dict[str, Any] = {"name": name, "value": percent}
        await control.call("POST", f"/zoho/{zoho_org_id}/taxes", wanted)
