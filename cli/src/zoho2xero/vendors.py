"""Which vendors the services talk to: the real ones, or a sandbox of both."""

from collections.abc import Mapping
from typing import Any

SANDBOX_DATA_CENTRES = ("us", "eu", "uk", "in", "au")
SANDBOX_VARIABLE = "ZOHO2XERO_SANDBOX_URL"

VendorSettings = Mapping[str, Any]
"""Settings of auth that say who the vendors are; empty: the real ones, from the environment."""


def point_at_sandbox(url: str) -> VendorSettings:
    """Both vendors at a sandbox's address."""
    centres = {
        name: {"accounts_url": f"{url}/zoho/{name}", "api_url": f"{url}/zoho/{name}", "web_url": f"{url}/zoho/{name}"}
        for name in SANDBOX_DATA_CENTRES
    }
    return {
        "zoho_client_id": "zoho-sandbox-client",
        "zoho_client_secret": "zoho-sandbox-secret",
        "zoho_data_centres": centres,
        "xero_client_id": "xero-sandbox-client",
        "xero_client_secret": "xero-sandbox-secret",
        "xero_login_url": f"{url}/xero",
        "xero_identity_url": f"{url}/xero",
        "xero_api_url": f"{url}/xero",
    }


def find_given_vendors(environment: Mapping[str, str]) -> VendorSettings | None:
    """What the environment says: the real vendors, or a sandbox that runs already; None when it says nothing."""
    if environment.get("AUTH_ZOHO_CLIENT_ID") and environment.get("AUTH_XERO_CLIENT_ID"):
        return {}
    running = environment.get(SANDBOX_VARIABLE)
    return point_at_sandbox(running.rstrip("/")) if running else None
