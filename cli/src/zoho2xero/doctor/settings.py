"""The settings that real vendors need, looked at before anything is sent."""

import base64
import os
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from auth.settings import Settings
from zoho2xero.doctor.findings import Look, bad, good, unsure

NEEDED = {
    "AUTH_ZOHO_CLIENT_ID": "the client id of your app in Zoho's API console",
    "AUTH_ZOHO_CLIENT_SECRET": "its client secret",
    "AUTH_XERO_CLIENT_ID": "the client id of your app in Xero's developer portal",
    "AUTH_XERO_CLIENT_SECRET": "its client secret",
}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def load_settings(public_url: str, vendors: Mapping[str, Any]) -> Settings:
    """Auth's settings as `standalone` would have them. Raises ValidationError.

    Secrets of an installation are made up: nothing here opens a vault.
    """
    return Settings(
        database_url="sqlite:////dev/null",
        bus_url="local:///dev/null",
        auth_url=public_url,
        public_url=public_url,
        service_key=secrets.token_urlsafe(48),
        operator_token=secrets.token_urlsafe(32),
        vault_keys={"none": base64.b64encode(os.urandom(32)).decode()},
        vault_current_key="none",
        **vendors,
    )


def look_at_environment(environment: Mapping[str, str]) -> list[Look]:
    """Which of the four variables are there."""
    missing = [name for name in NEEDED if not environment.get(name)]
    if len(missing) == len(NEEDED):
        return [
            unsure(
                "Settings",
                "No vendor account is set up: `zoho2xero standalone` starts a sandbox of both vendors.",
                "To use real accounts set " + ", ".join(NEEDED) + " (README: real accounts).",
            )
        ]
    if missing:
        return [bad("Settings", f"{name} is not set.", f"Set it to {NEEDED[name]}.") for name in missing]
    return [good("Settings", "Client ids and secrets of both vendors are set.")]


def look_at_public_url(public_url: str) -> Look:
    """Whether browsers and vendors can come back to it."""
    parts = urlsplit(public_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return bad(
            "Public address", f"{public_url} is no web address.", "Give --public-url, e.g. https://sync.example.com."
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return bad(
            "Public address",
            f"{public_url} is not encrypted, and both vendors refuse such redirect addresses.",
            "Put it behind https.",
        )
    if parts.hostname in LOOPBACK:
        return unsure(
            "Public address",
            f"{public_url} is this machine: only a browser here can connect.",
            "Fine for trying out; give --public-url for others.",
        )
    return good("Public address", f"{public_url}.")


def explain_settings(error: ValidationError) -> list[Look]:
    """Every faulty setting by its variable; values are never shown."""
    looks = []
    for fault in error.errors():
        name = "AUTH_" + "_".join(str(part) for part in fault["loc"]).upper() if fault["loc"] else "AUTH_ settings"
        looks.append(
            bad("Settings", f"{name}: {fault['msg']}.", "Correct it; services/auth/README.md lists all settings.")
        )
    return looks
