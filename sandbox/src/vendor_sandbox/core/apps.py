"""The client apps that are registered at the vendors, and which redirect addresses they may use."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from urllib.parse import urlsplit

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class VendorApp:
    """One registered app. `scopes` None means every scope; no `redirect_uris` means any loopback address."""

    vendor: str
    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...] = ()
    scopes: frozenset[str] | None = None

    def accepts_redirect(self, uri: str) -> bool:
        """Exact match with a registered address, or any loopback address if none is registered."""
        if self.redirect_uris:
            return uri in self.redirect_uris
        try:
            parts = urlsplit(uri)
        except ValueError:
            return False
        return parts.scheme in {"http", "https"} and parts.hostname in _LOOPBACK

    def accepts_secret(self, secret: str | None) -> bool:
        """Compare the presented secret."""
        return secret is not None and hmac.compare_digest(self.client_secret.encode(), secret.encode())


class AppRegistry:
    """Apps by vendor and client id; one default app exists at each vendor."""

    def __init__(self) -> None:
        self._apps: dict[tuple[str, str], VendorApp] = {}
        self.reset()

    def reset(self) -> None:
        """Back to the two default apps."""
        self._apps.clear()
        for vendor in ("zoho", "xero"):
            self.register_app(VendorApp(vendor, f"{vendor}-sandbox-client", f"{vendor}-sandbox-secret"))

    def register_app(self, app: VendorApp) -> None:
        """Add an app or replace the one with its client id."""
        self._apps[app.vendor, app.client_id] = app

    def find_app(self, vendor: str, client_id: str | None) -> VendorApp | None:
        """The app with this client id."""
        return self._apps.get((vendor, client_id or ""))

    def list_apps(self) -> list[VendorApp]:
        """All apps of both vendors."""
        return list(self._apps.values())
