"""Registered apps."""

import pytest

from vendor_sandbox.core.apps import AppRegistry, VendorApp


@pytest.mark.parametrize("vendor", ["zoho", "xero"])
def test_each_vendor_has_a_default_app(vendor: str) -> None:
    app = AppRegistry().find_app(vendor, f"{vendor}-sandbox-client")
    assert app is not None
    assert app.accepts_secret(f"{vendor}-sandbox-secret")
    assert not app.accepts_secret("other")
    assert not app.accepts_secret(None)


def test_an_app_belongs_to_one_vendor() -> None:
    assert AppRegistry().find_app("xero", "zoho-sandbox-client") is None


@pytest.mark.parametrize(
    ("uri", "accepted"),
    [
        ("http://127.0.0.1:8000/connect/zoho/callback", True),
        ("http://localhost/x", True),
        ("http://[::1]:1/x", True),
        ("https://evil.example/x", False),
        ("http://127.0.0.1.evil.example/x", False),
        ("http://[broken", False),
        ("", False),
    ],
)
def test_without_registered_addresses_only_loopback_is_accepted(uri: str, accepted: bool) -> None:
    assert VendorApp("zoho", "a", "b").accepts_redirect(uri) is accepted


def test_registered_addresses_must_match_exactly() -> None:
    app = VendorApp("zoho", "a", "b", redirect_uris=("https://app.example/callback",))
    assert app.accepts_redirect("https://app.example/callback")
    assert not app.accepts_redirect("https://app.example/callback/")
    assert not app.accepts_redirect("http://127.0.0.1/callback")
