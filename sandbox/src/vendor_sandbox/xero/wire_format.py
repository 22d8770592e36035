"""Answers on the wire: the envelope, JSON or XML.

Xero answers XML unless JSON is asked for by `Accept: application/json`. The XML here is small but real: the
same content, singular names inside lists, ISO dates.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from vendor_sandbox.core.messages import VendorRequest, VendorResponse
from vendor_sandbox.core.wire import dump_json
from vendor_sandbox.xero.dates import render_envelope_instant

JSON_TYPE = "application/json; charset=utf-8"
XML_TYPE = "text/xml; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"
PROVIDER_NAME = "Sandbox App"
_SINGULARS = {
    "Addresses": "Address",
    "Currencies": "Currency",
    "TrackingCategories": "TrackingCategory",
    "SalesTrackingCategories": "SalesTrackingCategory",
    "PurchasesTrackingCategories": "PurchasesTrackingCategory",
    "Tracking": "TrackingCategory",
    "Elements": "DataContractBase",
}
_MS_DATE = re.compile(r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$")


def wants_json(request: VendorRequest) -> bool:
    """Does the Accept header ask for JSON?"""
    return "application/json" in request.headers.get("accept", "").lower()


def render_answer(
    request: VendorRequest, envelope_id: str, payload: dict[str, Any] | None, status: int
) -> VendorResponse:
    """A successful answer in its envelope; None is an answer without a body."""
    if payload is None:
        return VendorResponse(status)
    envelope = {
        "Id": envelope_id,
        "Status": "OK",
        "ProviderName": PROVIDER_NAME,
        "DateTimeUTC": render_envelope_instant(request.at),
        **payload,
    }
    return _encode(request, "Response", envelope, status)


def render_refusal(request: VendorRequest, status: int, body: dict[str, Any]) -> VendorResponse:
    """An ApiException."""
    return _encode(request, "ApiException", body, status)


def render_problem(request: VendorRequest, status: int, body: dict[str, Any], *, xml: bool) -> VendorResponse:
    """A refusal of the gateway (401, 403, 500): JSON, or XML for callers that did not ask for JSON."""
    if xml:
        return _encode(request, "Problem", body, status)
    return VendorResponse(status, dump_json(body), {"content-type": JSON_TYPE})


def render_text(status: int, text: str) -> VendorResponse:
    """A plain text answer."""
    return VendorResponse(status, text.encode(), {"content-type": TEXT_TYPE})


def _encode(request: VendorRequest, root: str, content: dict[str, Any], status: int) -> VendorResponse:
    if wants_json(request):
        return VendorResponse(status, dump_json(content), {"content-type": JSON_TYPE})
    text = f'<?xml version="1.0" encoding="utf-8"?>{_write_xml(root, content)}'
    return VendorResponse(status, text.encode(), {"content-type": XML_TYPE})


def _write_xml(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        inner = "".join(_write_xml(key, entry) for key, entry in value.items())
    elif isinstance(value, list):
        singular = _SINGULARS.get(name, name.removesuffix("s"))
        inner = "".join(_write_xml(singular, entry) for entry in value)
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    else:
        inner = escape(_write_scalar(value))
    return f"<{name}>{inner}</{name}>"


def _write_scalar(value: object) -> str:
    found = _MS_DATE.match(value) if isinstance(value, str) else None
    if found is None:
        return str(value)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(found[1]))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
