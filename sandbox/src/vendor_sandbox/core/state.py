"""What both vendors share in one running sandbox."""

from __future__ import annotations

from dataclasses import dataclass, field

from vendor_sandbox.core.apps import AppRegistry
from vendor_sandbox.core.clock import VirtualClock
from vendor_sandbox.core.faults import FaultMenu
from vendor_sandbox.core.late_commits import LateCommits
from vendor_sandbox.core.ledger import Ledger
from vendor_sandbox.core.minting import Mint
from vendor_sandbox.core.switches import Switches


@dataclass(slots=True)
class SandboxCore:
    """Clock, switches, ledger, faults and apps. `switches` is replaced as a whole when one changes:
    read it at the moment of use (`core.switches.item_codes`), never keep a copy."""

    clock: VirtualClock
    switches: Switches
    mint: Mint
    ledger: Ledger = field(default_factory=Ledger)
    faults: FaultMenu = field(default_factory=FaultMenu)
    late_commits: LateCommits = field(default_factory=LateCommits)
    apps: AppRegistry = field(default_factory=AppRegistry)

    def reset(self) -> None:
        """Forget calls, faults, late commits and registered apps; clock and switches stay."""
        self.ledger.clear()
        self.faults.clear()
        self.late_commits.clear()
        self.apps.reset()
