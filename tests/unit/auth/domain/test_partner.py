"""Scopes of a token, and where a browser may be sent."""

import pytest

from auth.domain.partner import SCOPES, choose_scopes, is_loopback, may_return_to


def test_a_token_has_all_scopes_unless_fewer_are_asked_for() -> None:
    assert choose_scopes(None, SCOPES) == SCOPES
    assert choose_scopes(" ", SCOPES) == SCOPES
    assert choose_scopes("syncs:read tenants:read", SCOPES) == ("tenants:read", "syncs:read")


def test_a_scope_that_the_client_lacks_is_not_left_out_but_refused() -> None:
    assert choose_scopes("tenants:read syncs:write", ("tenants:read",)) is None


@pytest.mark.parametrize("url", ["http://localhost:3000/x", "http://127.0.0.1/", "https://[::1]:1/"])
def test_a_browser_may_go_back_to_its_own_machine(url: str) -> None:
    assert may_return_to(url, ())


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example/back?x=1",
        "https://app.example/back/more",
        "https://app.example.evil/back",
        "http://localhost.evil.example/",
        "http://evil@localhost/",
        "javascript:alert(1)//localhost",
        "//localhost/",
        "http://[::1/",
        "http://[::1]evil.example/",
        "http://localhost\\.evil.example/",
        "http://localhost/\r\nlocation: https://evil.example",
        "http://localhost:port/",
    ],
)
def test_a_browser_may_go_nowhere_else_than_what_was_registered(url: str) -> None:
    assert may_return_to("https://app.example/back", ("https://app.example/back",))
    assert not may_return_to(url, ("https://app.example/back",))


def test_loopback_is_a_place_not_a_word() -> None:
    assert not is_loopback("https://127.0.0.1.evil.example/")
