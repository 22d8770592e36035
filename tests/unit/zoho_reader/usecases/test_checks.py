"""A check tells what the CRM has and what is wrong with the set-up; the fields are served and read again on demand."""

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.zoho_reader.crm import FIRST_LOAD, fill_crm
from tests.unit.zoho_reader.test_app import open_client
from tests.unit.zoho_reader.world import SCOPES, TENANT, World, open_world

from sync_kit.contracts.events import CrmDescribed, FindingsReported, MappingChanged, StateRequested
from sync_kit.contracts.findings import explain_finding
from sync_kit.contracts.vocabulary import MODULE_ORDER, Module, RunMode
from vendor_sandbox.core.switches import Switches
from vendor_sandbox.zoho.fields import picklist, text

NO_PERMISSION = '{"code":"NO_PERMISSION","details":{},"message":"permission denied","status":"error"}'


async def check(world: World) -> FindingsReported:
    run_id = await world.run(mode=RunMode.CHECK)
    (report,) = world.events(FindingsReported, run_id)
    return report


async def test_a_check_describes_the_crm(world: World) -> None:
    fill_crm(world)
    table = world.org.tables["Invoices"]
    table.fields["Own_Choice"] = dataclasses.replace(picklist("Own_Choice", "One", "Two"), custom=True)
    report = await check(world)
    (described,) = world.events(CrmDescribed)
    assert set(described.fields) == {*MODULE_ORDER[:6]}
    assert set(described.line_fields) == {Module.INVOICES, Module.PURCHASE_ORDERS}
    fields = {field.api_name: field for field in described.fields[Module.INVOICES]}
    assert (fields["Own_Choice"].custom, fields["Own_Choice"].values) == (True, ("One", "Two"))
    assert (fields["Invoice_Number"].label, fields["Invoice_Number"].data_type) == ("Invoice Number", "autonumber")
    assert fields["Status"].values[:2] == ("Created", "Approved")
    assert "Line_Tax" in {field.api_name for field in described.line_fields[Module.INVOICES]}
    assert [(tax.name, tax.percent) for tax in described.taxes] == [("VAT", Decimal(20))]
    assert report.facts["zoho_organisation"] == "Acme Ltd"
    assert (report.facts["zoho_country"], report.facts["zoho_currency"]) == ("GB", "GBP")
    assert report.findings == ()


async def test_a_check_costs_two_calls_more_than_a_first_load_and_says_what_one_needs(world: World) -> None:
    fill_crm(world)
    report = await check(world)
    assert world.report("run-1").calls == FIRST_LOAD + 2
    assert report.facts["zoho_calls_needed"] == FIRST_LOAD
    spent = world.sandbox.ledger.count_calls()["credits"]
    assert report.facts["zoho_calls_left"] == 50_000 + 50 * 1_000 - spent


async def test_few_calls_left_are_a_finding(world: World) -> None:
    fill_crm(world)
    world.org.limits.allowance = 40
    report = await check(world)
    (finding,) = report.findings
    assert finding.code == "zoho_calls_low"
    assert explain_finding(finding).startswith(f"Zoho allows about {report.facts['zoho_calls_left']} more calls today")


async def test_a_module_that_may_not_be_read_is_a_finding(world: World) -> None:
    fill_crm(world)
    world.sandbox.faults.add_rule(
        "zoho", "status", body="from Vendors where", path="/coql$", status=403, answer=NO_PERMISSION, times=-1
    )
    report = await check(world)
    assert [(each.code, dict(each.facts)) for each in report.findings] == [("module_unreadable", {"module": "Vendors"})]


async def test_a_field_of_the_mapping_that_the_crm_lacks_is_a_finding(world: World) -> None:
    fill_crm(world)
    world.org.tables["Invoices"].fields["Own_Field"] = text("Own_Field")
    fields = {Module.INVOICES: ("Own_Field", "No_Such_Field"), Module.VENDORS: ("Nor_This",)}
    await world.say(MappingChanged(tenant_id=TENANT, version=1, fields=fields))
    report = await check(world)
    assert sorted(explain_finding(each) for each in report.findings) == [
        f'The mapping uses the CRM field "{field}" of {module}, which the CRM does not have or the connected user may '
        "not see."
        for field, module in (("No_Such_Field", "Invoices"), ("Nor_This", "Vendors"))
    ]


async def test_the_slow_way_is_a_finding(world: World) -> None:
    fill_crm(world)
    world.tokens.scopes = SCOPES - {"ZohoCRM.coql.READ"}
    report = await check(world)
    codes = [each.code for each in report.findings]
    assert set(codes) == {"zoho_slow_way"}
    invoices = next(each for each in report.findings if each.facts["module"] == "Invoices")
    assert dict(invoices.facts) == {
        "cause": "the consent lacks ZohoCRM.coql.READ",
        "module": "Invoices",
        "needed": 1,
        "least": 1,
    }


async def test_asked_again_a_check_tells_its_findings_again(world: World) -> None:
    fill_crm(world)
    await world.say(request := world.request(mode=RunMode.CHECK))
    await world.settle()
    await world.say(StateRequested(tenant_id=TENANT, run_id=request.run_id, run_seq=request.run_seq))
    await world.settle()
    first, again = world.events(FindingsReported)
    assert again.progress_seq > first.progress_seq
    assert (again.findings, again.facts) == (first.findings, first.facts)


async def test_plans_and_syncs_describe_nothing(world: World) -> None:
    fill_crm(world)
    await world.run(mode=RunMode.PLAN)
    await world.run()
    assert not world.events(CrmDescribed)
    assert not world.events(FindingsReported)


async def test_fields_and_taxes_are_served_after_the_first_reading(world: World) -> None:
    fill_crm(world)
    await world.settle()
    client = open_client(world, scopes=["mappings:read", "mappings:write"])
    for path in ("fields?module=invoices", "taxes"):
        answer = await client.get(f"/v1/zoho/{TENANT}/{path}")
        assert (answer.status, answer.json["code"]) == (409, "not_fetched_yet")
    answer = await client.post(f"/v1/zoho/{TENANT}/fields/refresh")
    assert answer.status == 202
    await world.settle()
    assert len(world.calls()) == 3
    (described,) = world.events(CrmDescribed)
    assert (described.version, set(described.fields)) == (1, {*Module})
    fields = (await client.get(f"/v1/zoho/{TENANT}/fields?module=invoices")).json
    assert {"api_name", "label", "data_type", "custom", "values"} == fields["fields"][0].keys()
    assert "Quantity" in {field["api_name"] for field in fields["line_fields"]}
    taxes = (await client.get(f"/v1/zoho/{TENANT}/taxes")).json
    assert taxes["taxes"] == [{"name": "VAT", "percent": "20"}]
    assert (await client.get(f"/v1/zoho/{TENANT}/fields?module=nonsense")).status == 422


async def test_a_refresh_sees_what_was_added_and_keeps_what_it_cannot_read(world: World) -> None:
    fill_crm(world)
    await world.settle()
    client = open_client(world, scopes=["mappings:read", "mappings:write"])
    await client.post(f"/v1/zoho/{TENANT}/fields/refresh")
    await world.settle()
    world.org.tables["Quotes"].fields["New_Field"] = text("New_Field")
    del world.org.tables["Sales_Orders"]
    await client.post(f"/v1/zoho/{TENANT}/fields/refresh")
    await world.settle()
    newest = world.events(CrmDescribed)[-1]
    assert newest.version == 2
    assert "New_Field" in {field.api_name for field in newest.fields[Module.QUOTES]}
    assert newest.fields[Module.SALES_ORDERS]


@pytest.mark.parametrize("kind", ["rate_limit", "garbage", "lost_answer", "wrong_types"])
async def test_a_refresh_in_trouble_waits_and_comes(world: World, kind: str) -> None:
    await world.settle()
    world.sandbox.faults.add_rule("zoho", kind, times=2)
    await open_client(world, scopes=["mappings:write"]).post(f"/v1/zoho/{TENANT}/fields/refresh")
    await world.settle()
    assert len(world.events(CrmDescribed)) == 1
    assert len(world.calls()) == 5


async def test_a_refresh_without_composites_goes_one_by_one(world: World) -> None:
    world.tokens.scopes = SCOPES - {"ZohoCRM.composite_requests.CUSTOM"}
    await world.settle()
    await open_client(world, scopes=["mappings:write"]).post(f"/v1/zoho/{TENANT}/fields/refresh")
    await world.settle()
    assert set(world.events(CrmDescribed)[0].fields) == {*Module}


@pytest.mark.parametrize(
    ("partner", "scopes", "status"), [("partner-2", ["mappings:read", "mappings:write"], 404), ("partner-1", [], 403)]
)
async def test_fields_are_for_their_partner_alone(world: World, partner: str, scopes: list[str], status: int) -> None:
    await world.settle()
    client = open_client(world, partner, scopes)
    assert (await client.get(f"/v1/zoho/{TENANT}/fields?module=invoices")).status == status
    assert (await client.get(f"/v1/zoho/{TENANT}/taxes")).status == status
    assert (await client.post(f"/v1/zoho/{TENANT}/fields/refresh")).status == status


async def test_a_crm_with_more_picklist_values_than_an_event_holds_is_told_with_fewer(tmp_path: Path) -> None:
    async with open_world(tmp_path, switches=Switches()) as world:
        for number in range(300):
            values = [f"value {number} {each} of many words" for each in range(200)]
            world.org.tables["Invoices"].fields[f"Own_{number}"] = picklist(f"Own_{number}", *values)
        await world.run(mode=RunMode.CHECK)
        (described,) = world.events(CrmDescribed)
        assert len(described.fields[Module.INVOICES]) > 300
        assert max(world.sizes) < 512 * 1024
