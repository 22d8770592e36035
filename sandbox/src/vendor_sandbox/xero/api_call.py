"""One call of the Accounting API as the endpoints see it, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vendor_sandbox.core.messages import VendorRequest
from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.xero.dates import parse_modified_since
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.refusals import query_invalid
from vendor_sandbox.xero.writing import WriteContext


@dataclass(slots=True)
class ApiCall:
    """A call that was admitted. `key` is what follows the resource in the path ("" if nothing does)."""

    core: SandboxCore
    organisation: Organisation
    request: VendorRequest
    key: str = ""

    @property
    def at(self) -> datetime:
        """The time of the call."""
        return self.request.at

    @property
    def unit_places(self) -> int:
        """`unitdp`: unit amounts with 4 places when asked for, else 2."""
        value = self.request.query.get("unitdp")
        if value in {None, "", "2"}:
            return 2
        if value == "4":
            return 4
        raise query_invalid(f"unitdp is 2 or 4, not '{value}'")

    def find_text(self, name: str) -> str | None:
        """A query value (name in lower case); None when absent or empty."""
        return self.request.query.get(name) or None

    def read_flag(self, name: str, *, default: bool = False) -> bool:
        """A true/false query value. Raises RequestRefusedError."""
        value = self.find_text(name)
        if value is None:
            return default
        if value.lower() in {"true", "false"}:
            return value.lower() == "true"
        raise query_invalid(f"{name} is true or false, not '{value}'")

    def find_modified_since(self) -> datetime | None:
        """`If-Modified-Since`. Raises RequestRefusedError for a value that is no time."""
        text = self.request.headers.get("if-modified-since")
        if not text:
            return None
        try:
            return parse_modified_since(text)
        except ValueError:
            raise query_invalid(f"If-Modified-Since '{text}' cannot be read") from None

    def make_write_context(self) -> WriteContext:
        """The circumstances of a write by this call."""
        return WriteContext(
            core=self.core,
            organisation=self.organisation,
            at=self.request.at,
            app_id=self.request.client_id,
            call_seq=self.request.call_seq,
            unit_places=self.unit_places,
            user_id=self.request.user_id,
        )


@dataclass(slots=True)
class ApiAnswer:
    """Status and the part of the envelope that the endpoint fills; None means no body."""

    payload: dict[str, Any] | None
    status: int = 200
