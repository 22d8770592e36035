"""An API call that was let in: who calls, for which org, with what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vendor_sandbox.core.messages import VendorRequest, VendorResponse
from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.core.wire import JsonObject, parse_json
from vendor_sandbox.zoho.errors import ZohoRefusalError, invalid_data, invalid_module
from vendor_sandbox.zoho.orgs import Org
from vendor_sandbox.zoho.scopes import ScopeNeed
from vendor_sandbox.zoho.state import ZohoState
from vendor_sandbox.zoho.tables import RecordTable
from vendor_sandbox.zoho.values import parse_date_time

COMPOSITE_ROWS = 25


@dataclass(slots=True)
class ApiCall:
    """One call, or one sub-request of a composite (then `in_composite`, with its own small limits)."""

    request: VendorRequest
    state: ZohoState
    org: Org
    parameters: dict[str, str]
    in_composite: bool = False

    @property
    def core(self) -> SandboxCore:
        """What both vendors share."""
        return self.state.core

    @property
    def owner(self) -> tuple[str, str]:
        """Whose page tokens these are."""
        return self.request.client_id or "", self.org.user.id

    def get_table(self) -> RecordTable:
        """The module named in the path. Raises ZohoRefusalError."""
        return get_table(self.org, self.parameters["module"])

    def read_body(self) -> JsonObject:
        """The JSON object that was sent. Raises ZohoRefusalError."""
        content_type = self.request.headers.get("content-type", "application/json")
        if not self.in_composite and "json" not in content_type:
            raise ZohoRefusalError(415, "MEDIA_TYPE_NOT_SUPPORTED", "the media type is not supported")
        try:
            body = parse_json(self.request.body)
        except ValueError as problem:
            raise invalid_data("body is not a valid json", expected_data_type="jsonobject") from problem
        if not isinstance(body, dict):
            raise invalid_data(expected_data_type="jsonobject")
        return body

    def find_header_time(self, name: str) -> datetime | None:
        """A header such as If-Modified-Since: ISO 8601 with an offset. Raises ZohoRefusalError."""
        text = self.request.headers.get(name)
        if text is None:
            return None
        try:
            return parse_date_time(text)
        except ValueError as problem:
            raise invalid_data(header=name, expected_data_type="datetime") from problem

    def read_number(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to `most` in the query. Raises ZohoRefusalError."""
        text = self.request.query.get(name)
        if text is None:
            return default
        if not text.isdigit() or not 1 <= int(text) <= most:
            raise invalid_data(param_name=name, expected_data_type="integer", maximum_value=most)
        return int(text)

    def limit_rows(self, wanted: int, *, was_asked: bool) -> int:
        """Inside a composite at most 25 rows (switch: cap them, or refuse who asks for more)."""
        if not self.in_composite or wanted <= COMPOSITE_ROWS:
            return wanted
        if was_asked and self.core.switches.zoho_composite_over_limit == "refuse":
            raise ZohoRefusalError(
                400, "LIMIT_EXCEEDED", "a sub-request may ask for 25 records", {"limit": COMPOSITE_ROWS}
            )
        return COMPOSITE_ROWS


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What serves an API path: the rights it needs, and how it counts against concurrency."""

    handler: Callable[[ApiCall], VendorResponse]
    needs: Callable[[VendorRequest, dict[str, str], Org], list[ScopeNeed]]
    is_sub_limited: Callable[[VendorRequest], bool] | None = None
    slots: int = 1
    in_composite: bool = False


def get_table(org: Org, name: str) -> RecordTable:
    """A module's table. Raises ZohoRefusalError."""
    table = org.tables.get(name)
    if table is None:
        raise invalid_module(name)
    return table


def split_list(text: str) -> list[str]:
    """A comma separated parameter."""
    return [part.strip() for part in text.split(",") if part.strip()]


def as_list(value: Any, name: str) -> list[Any]:
    """A JSON list. Raises ZohoRefusalError."""
    if not isinstance(value, list):
        raise invalid_data(api_name=name, expected_data_type="jsonarray")
    return value
