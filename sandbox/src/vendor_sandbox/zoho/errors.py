"""Zoho's refusals (vendor facts, section 10)."""

from __future__ import annotations

from vendor_sandbox.core.messages import VendorResponse, answer_json
from vendor_sandbox.core.wire import JsonObject


class ZohoRefusalError(Exception):
    """A request-level refusal: the envelope at the top of the answer."""

    def __init__(self, status: int, code: str, message: str, details: JsonObject | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.details = details or {}

    def to_response(self) -> VendorResponse:
        """The answer."""
        return answer_json(self.status, envelope(self.code, self.message, self.details))


def envelope(code: str, message: str, details: JsonObject | None = None) -> JsonObject:
    """Zoho's error object, of a request or of one record."""
    return {"code": code, "details": details or {}, "message": message, "status": "error"}


def invalid_data(message: str = "invalid data", **details: object) -> ZohoRefusalError:
    """400 INVALID_DATA."""
    return ZohoRefusalError(400, "INVALID_DATA", message, details)


def missing_parameter(name: str) -> ZohoRefusalError:
    """400 REQUIRED_PARAM_MISSING."""
    return ZohoRefusalError(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", {"param": name})


def limit_exceeded(message: str, limit: int, **details: object) -> ZohoRefusalError:
    """400 LIMIT_EXCEEDED, which is a rule broken and not a rate limit."""
    return ZohoRefusalError(400, "LIMIT_EXCEEDED", message, {"limit": limit, **details})


def scope_mismatch() -> ZohoRefusalError:
    """401 OAUTH_SCOPE_MISMATCH."""
    return ZohoRefusalError(401, "OAUTH_SCOPE_MISMATCH", "Unauthorized")


def invalid_module(name: str) -> ZohoRefusalError:
    """400 INVALID_MODULE."""
    return ZohoRefusalError(
        400, "INVALID_MODULE", "the module name given seems to be invalid", {"resource_path_index": name}
    )
