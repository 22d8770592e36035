"""The circumstances of one write: who, when, under which switches, and where its history goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.core.switches import Switches
from vendor_sandbox.xero.dates import cut_to_milliseconds
from vendor_sandbox.xero.organisation import Organisation


@dataclass(slots=True)
class WriteContext:
    """`app_id` None and `call_seq` 0 mean a person in Xero; `user_id` is the person whose consent an app uses.

    `unit_places` is 2 or 4 (`unitdp`). `warnings` are what the element that is being written will be told.
    """

    core: SandboxCore
    organisation: Organisation
    at: datetime
    app_id: str | None = None
    call_seq: int = 0
    unit_places: int = 2
    user_id: str | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def switches(self) -> Switches:
        """The answers in force."""
        return self.core.switches

    @property
    def updated_at(self) -> datetime:
        """The instant that a changed record gets."""
        return cut_to_milliseconds(self.at)

    def make_id(self) -> str:
        """A new GUID."""
        return self.core.mint.guid()

    def record(self, kind: str, record_id: str, action: str, snapshot: dict[str, Any]) -> None:
        """Put one version of a document into the ledger."""
        self.core.ledger.record_version("xero", kind, record_id, action, snapshot, self.call_seq, self.at)


UNIT_STEPS = {2: Decimal("0.01"), 4: Decimal("0.0001")}
