"""The composition root: one ASGI app with both vendors, the control API and a health page."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp

from vendor_sandbox.control.app import create_control_app
from vendor_sandbox.core.clock import VirtualClock
from vendor_sandbox.core.dispatch import create_asgi_app
from vendor_sandbox.core.faults import FaultMenu
from vendor_sandbox.core.ledger import Ledger
from vendor_sandbox.core.minting import Mint
from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.core.switches import Switches
from vendor_sandbox.generator.control import company_routes
from vendor_sandbox.xero.control import control_routes as xero_control_routes
from vendor_sandbox.xero.routes import XeroMount, xero_handlers
from vendor_sandbox.zoho.control import control_routes as zoho_control_routes
from vendor_sandbox.zoho.routes import ZohoMount, zoho_handlers


@dataclass(slots=True)
class Sandbox:
    """A running pair of vendors. `app` is the ASGI app; the rest is for tests in the same process."""

    app: ASGIApp
    core: SandboxCore
    zoho: ZohoMount
    xero: XeroMount

    @property
    def state(self) -> SandboxCore:
        """What both vendors share."""
        return self.core

    @property
    def clock(self) -> VirtualClock:
        """The virtual clock."""
        return self.core.clock

    @property
    def ledger(self) -> Ledger:
        """Every call and every version of every document."""
        return self.core.ledger

    @property
    def faults(self) -> FaultMenu:
        """The fault menu."""
        return self.core.faults

    @property
    def switches(self) -> Switches:
        """The answers in force."""
        return self.core.switches

    def change_switches(self, **changes: object) -> None:
        """Answer open questions differently from now on. Raises SwitchRefusedError."""
        self.core.switches = self.core.switches.with_changes(changes)


def create_sandbox(
    switches: Switches | None = None, clock: VirtualClock | None = None, seed: str = "sandbox"
) -> Sandbox:
    """Build a fresh sandbox. The same seed and the same calls give the same tokens and ids."""
    core = SandboxCore(clock=clock or VirtualClock(), switches=switches or Switches(), mint=Mint(seed))
    zoho = zoho_handlers(core)
    xero = xero_handlers(core)
    control = create_control_app(
        core,
        (zoho, xero),
        {"zoho": zoho_control_routes(zoho), "xero": xero_control_routes(xero)},
        company_routes(zoho, xero),
    )
    return Sandbox(create_asgi_app(core, (zoho, xero), control), core, zoho, xero)
