"""The doctor against the sandbox: what it says when all is well, and of each thing that can be wrong."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from sync_kit.http import HttpClient, asgi_transport
from sync_kit.testing import ManualClock
from vendor_sandbox.app import create_sandbox
from vendor_sandbox.core.clock import VirtualClock
from vendor_sandbox.core.switches import Switches
from zoho2xero.demo.sandbox import SandboxControl
from zoho2xero.doctor.command import examine, show
from zoho2xero.doctor.findings import Health, Look
from zoho2xero.standalone import point_at_sandbox

VENDORS = "http://127.0.0.1:8701"
PUBLIC = "http://127.0.0.1:8700"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

Examine = Callable[..., Any]


@pytest.fixture
async def look() -> Examine:
    async def work(*, public_url: str = PUBLIC, clock_offset: float = 0, **changes: Any) -> list[Look]:
        sandbox = create_sandbox(Switches(consent="page"), VirtualClock(NOW))
        clock = ManualClock(NOW)
        clock.advance(clock_offset)
        http = HttpClient(clock=clock, transport=asgi_transport({VENDORS: sandbox.app}))
        control = SandboxControl(http, VENDORS)
        await control.make_zoho_org("Harbour Lane", "eu")
        await control.make_xero_organisation("Demo Company (UK)")
        try:
            settings = {**point_at_sandbox(VENDORS), **changes}
            return await examine(http, clock, public_url, ["eu"], environment={}, vendors=settings)
        finally:
            await http.close()

    return work


def unwell(looks: list[Look]) -> list[Look]:
    return [each for each in looks if each.health is Health.BAD]


async def test_a_set_up_that_works_has_nothing_bad(look: Examine) -> None:
    looks = await look()
    assert unwell(looks) == []
    assert [each.subject for each in looks if each.health is Health.GOOD] == [
        "Zoho (eu): registration",
        "Zoho (eu): redirect address and scopes",
        "Zoho (eu): API",
        "Xero: registration",
        "Xero: redirect address and scopes",
        "Xero: API",
    ]


@pytest.mark.parametrize("vendor", ["zoho", "xero"])
async def test_a_wrong_secret_is_found_without_anybody_consenting(look: Examine, vendor: str) -> None:
    found = unwell(await look(**{f"{vendor}_client_secret": "another-secret-than-registered"}))
    assert len(found) == 1
    assert "registration" in found[0].subject
    assert f"AUTH_{vendor.upper()}_CLIENT_SECRET" in (found[0].remedy or "")


@pytest.mark.parametrize("vendor", ["zoho", "xero"])
async def test_an_unknown_client_id_is_found_twice_over(look: Examine, vendor: str) -> None:
    found = unwell(await look(**{f"{vendor}_client_id": "nobody"}))
    assert [each.subject.split(": ")[1] for each in found] == ["registration", "redirect address and scopes"]


async def test_a_redirect_address_that_the_vendors_do_not_know_is_named(look: Examine) -> None:
    found = unwell(await look(public_url="https://sync.example.com"))
    assert len(found) == 2
    assert "https://sync.example.com/connect/zoho/callback" in found[0].sentence
    assert "https://sync.example.com/connect/xero/callback" in found[1].sentence


async def test_a_scope_that_a_vendor_does_not_give_is_said(look: Examine) -> None:
    found = unwell(await look(zoho_scopes=("ZohoCRM.nothing.READ",), xero_scopes=("accounting.nothing",)))
    assert ["rights" in each.sentence for each in found] == [True, True]


async def test_a_vendor_that_cannot_be_reached_is_bad_with_its_address(look: Examine) -> None:
    found = unwell(await look(xero_identity_url="http://127.0.0.1:9/xero", xero_api_url="http://127.0.0.1:9/xero"))
    assert [each.subject for each in found] == ["Xero: registration", "Xero: API"]
    assert "http://127.0.0.1:9/xero" in found[0].sentence


async def test_a_clock_that_is_off_is_noticed(look: Examine) -> None:
    found = unwell(await look(clock_offset=300))
    assert {each.subject for each in found} == {"Clock"}
    assert "300 s" in found[0].sentence


async def test_an_address_without_encryption_is_refused_before_anything_is_sent(look: Examine) -> None:
    found = unwell(await look(public_url="http://sync.example.com"))
    assert [each.subject for each in found] == ["Public address"]


async def test_an_unknown_data_centre_names_the_known_ones() -> None:
    http = HttpClient(clock=ManualClock(NOW), transport=asgi_transport({}))
    looks = await examine(http, ManualClock(NOW), PUBLIC, ["moon"], environment={}, vendors=point_at_sandbox(VENDORS))
    await http.close()
    assert any("no data centre moon" in each.sentence for each in looks)


@pytest.mark.parametrize(
    ("there", "health", "said"),
    [
        ({}, Health.UNSURE, "sandbox"),
        ({"AUTH_ZOHO_CLIENT_ID": "1000.A"}, Health.BAD, "AUTH_XERO_CLIENT_ID is not set"),
    ],
)
async def test_missing_variables_are_named_one_by_one(there: dict[str, str], health: Health, said: str) -> None:
    http = HttpClient(clock=ManualClock(NOW), transport=asgi_transport({}))
    looks = await examine(http, ManualClock(NOW), PUBLIC, [], environment=there, vendors={})
    await http.close()
    assert {each.health for each in looks} == {health}
    assert any(said in each.sentence for each in looks)


def test_what_is_wrong_is_shown_first_with_its_remedy() -> None:
    console = Console(record=True, width=100)
    show(console, [Look("A", Health.GOOD, "fine."), Look("B", Health.BAD, "broken.", "Mend it.")])
    assert console.export_text().splitlines() == [
        "x B: broken.",
        "    Mend it.",
        "+ A: fine.",
        "1 of 2 things must be mended.",
    ]
