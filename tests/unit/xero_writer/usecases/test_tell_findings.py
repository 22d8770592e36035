"""Check runs: a plan with findings about Xero's side of the set-up, from data that was read in the run."""

from datetime import date
from typing import Any

from tests.unit.xero_writer.world import TENANT, World

from sync_kit.contracts.events import FindingsReported, StateRequested
from sync_kit.contracts.vocabulary import Module, Outcome, RunMode, Stage


async def check(world: World, records: Any = None, **request: Any) -> FindingsReported:
    """A whole check run; returns the newest findings."""
    await world.sync(records, mode=RunMode.CHECK, **request)
    reports = await world.list_told(FindingsReported)
    assert {report.stage for report in reports} == {Stage.WRITER}
    return max(reports, key=lambda report: report.progress_seq)


def codes(report: FindingsReported) -> list[str]:
    return [finding.code for finding in report.findings]


async def test_a_good_set_up_has_no_findings_and_names_the_books(world: World) -> None:
    report = await check(world, world.sale())
    assert codes(report) == []
    assert report.facts["xero_organisation"] == "Books Ltd"
    assert (report.facts["xero_currency"], report.facts["xero_country"]) == ("GBP", "GB")
    assert report.facts["xero_demo_company"] is False
    assert await world.count_outcomes() == {
        ("accounts", "would_create"): 1,
        ("products", "would_create"): 1,
        ("invoices", "would_create"): 1,
    }
    assert [call for call in world.list_calls() if call.method != "GET"] == []
    await world.check_equation()


async def test_the_estimate_is_what_the_apply_needs(world: World) -> None:
    report = await check(world, world.sale(60))
    calls = len(world.list_calls())
    await world.sync(world.sale(60))
    used = len(world.list_calls()) - calls
    assert used == report.facts["xero_calls_needed"] or used <= int(report.facts["xero_calls_needed"] or 0)


async def test_everything_is_read_anew_although_it_was_known(world: World) -> None:
    await world.sync(world.sale())
    calls = len(world.list_calls())
    await check(world)
    asked = {call.path.rsplit("2.0/", 1)[-1] for call in world.list_calls()[calls:]}
    assert asked == {
        "Organisation",
        "Organisation/Actions",
        "Accounts",
        "TaxRates",
        "Currencies",
        "TrackingCategories",
    }


async def test_what_is_wrong_in_xero_is_found(world: World) -> None:
    accounts = (await world.person("GET", "Accounts"))["Accounts"]
    sales = next(each for each in accounts if each["Code"] == "200")
    await world.person("PATCH", f"Accounts/{sales['AccountID']}", {"Status": "ARCHIVED"})
    rights = f"/_control/xero/{world.xero_tenant_id}/Users/{world.user_id}/rights"
    await world.ask_xero("PUT", rights, {"denied_actions": ["CreateDraftBill"]})
    await world.ask_xero(
        "PATCH", f"/_control/xero/{world.xero_tenant_id}/Organisation", {"period_lock_date": "2026-10-31"}
    )
    await world.person("POST", "Contacts", {"Name": "From elsewhere", "ContactNumber": "OTHER-1"})
    report = await check(world, world.sale(), start=date(2026, 10, 1))
    assert codes(report) == ["start_date_locked", "other_integration", "mapping_account_unusable", "right_missing"]
    assert report.findings[1].facts == {"count": 1}
    assert (await world.list_outcomes())[Module.INVOICES, "3000"].outcome is Outcome.BLOCKED


async def test_contacts_that_carry_our_own_numbers_are_no_other_integration(world: World) -> None:
    await world.sync(world.sale(3))
    world.advance(600)
    assert codes(await check(world)) == []


async def test_findings_are_told_once_and_again_when_asked(world: World) -> None:
    await world.begin(world.sale(), mode=RunMode.CHECK)
    await world.work()
    assert len(await world.list_told(FindingsReported)) == 1
    await world.publish(StateRequested(tenant_id=TENANT, run_id=world.run_id, run_seq=world.run_seq))
    await world.work()
    assert len(await world.list_told(FindingsReported)) == 2


async def test_a_plan_tells_no_findings(world: World) -> None:
    await world.sync(world.sale(), mode=RunMode.PLAN)
    assert await world.list_told(FindingsReported) == []
