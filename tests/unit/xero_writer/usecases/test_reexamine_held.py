"""Mend the cause, in either vendor or by a decision, and run: the record goes by itself, and nothing else is asked."""

from typing import Any

from tests.unit.xero_writer.world import TENANT, World

from sync_kit.contracts.events import RecordsWanted
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.rows import DecisionKind
from xero_writer.store import decisions, staging
from xero_writer.store.staging import State

TAXED = {"Line_Tax": [{"name": "VAT", "percentage": 20, "value": 2}], "Tax": 2}


async def find_codes(world: World, module: Module, record_id: str) -> list[str]:
    return [reason.code for reason in (await world.list_outcomes())[module, record_id].reasons]


def list_paths(world: World, since: int) -> list[str]:
    """What was asked for; a token that had run out is no question."""
    return [call.path.rsplit("2.0/", 1)[-1] for call in world.list_calls()[since:] if call.status != 401]


async def change_organisation(world: World, **settings: Any) -> None:
    await world.ask_xero("PATCH", f"/_control/xero/{world.xero_tenant_id}/Organisation", settings)


async def sync_quietly(world: World) -> list[str]:
    """A run in which nothing changed; returns what it asked Xero for."""
    since = len(world.list_calls())
    assert await world.sync() == {}
    return list_paths(world, since)


async def test_an_option_that_is_added_in_xero_opens_what_named_it(world: World) -> None:
    made = await world.person("POST", "TrackingCategories", {"Name": "Region", "Options": [{"Name": "South"}]})
    await world.save_mapping(tracking={"invoices": [{"category": "Region", "default": "North"}]})
    await world.sync(world.sale())
    assert "tracking_unknown" in await find_codes(world, Module.INVOICES, "3000")
    assert await sync_quietly(world) == ["TrackingCategories"]
    options = {"Options": [{"Name": "South"}, {"Name": "North"}]}
    await world.person("PATCH", f"TrackingCategories/{made['TrackingCategoryID']}", options)
    assert (await world.sync())["invoices", "created"] == 1


async def test_an_organisation_that_registers_for_tax_opens_what_charged_it(world: World) -> None:
    await change_organisation(world, pays_tax=False)
    sale = world.sale()
    line = dict(sale[Module.INVOICES][0].fields["Invoiced_Items"][0]) | TAXED
    taxed = {"Invoiced_Items": [line], "Grand_Total": 12, "Sub_Total": 10, "Tax": 2}
    sale[Module.INVOICES] = [world.invoice("3000", account="1000", product="2000", **taxed)]
    await world.sync(sale)
    assert "tax_not_registered" in await find_codes(world, Module.INVOICES, "3000")
    assert set(await sync_quietly(world)) == {"Organisation", "TaxRates"}
    await change_organisation(world, pays_tax=True)
    assert (await world.sync())["invoices", "created"] == 1


async def test_terms_that_are_set_on_the_contact_open_what_had_no_due_date(world: World) -> None:
    await world.save_mapping(statuses={"invoices": {"Approved": "AUTHORISED"}})
    await world.sync({**world.sale(), Module.INVOICES: []})
    late = world.invoice("3000", account="1000", product="2000", Due_Date=None)
    counts = await world.sync({Module.INVOICES: [late]})
    assert counts == {("accounts", "created"): 1, ("products", "created"): 1, ("invoices", "blocked"): 1}
    assert await find_codes(world, Module.INVOICES, "3000") == ["due_date_missing"]
    [contact] = world.list_documents("Contact")
    world.advance(600)
    terms = {"PaymentTerms": {"Sales": {"Day": 30, "Type": "DAYSAFTERBILLDATE"}}}
    await world.person("PATCH", f"Contacts/{contact['ContactID']}", terms)
    assert (await world.sync())["invoices", "created"] == 1


async def test_a_contact_that_is_restored_opens_its_documents(world: World) -> None:
    made = await world.person("POST", "Contacts", {"Name": "Customer 1000"})
    await world.sync({**world.sale(), Module.INVOICES: []})
    await world.sync({Module.INVOICES: [world.invoice("3000", account="1000", product="2000")]})
    world.advance(600)
    await world.person("PATCH", f"Contacts/{made['ContactID']}", {"ContactStatus": "ARCHIVED"})
    await world.person("POST", "Contacts", {"Name": "Somebody else"})
    account = world.account("1000", Account_Name="Customer 1000 renamed")
    await world.sync({Module.ACCOUNTS: [account]})
    assert await find_codes(world, Module.ACCOUNTS, "1000") == ["contact_archived"]
    world.advance(600)
    await world.sync()  # what changed just before the last look is shown once more
    world.advance(600)
    assert await sync_quietly(world) == ["Contacts"]
    world.advance(600)
    await world.person("PATCH", f"Contacts/{made['ContactID']}", {"ContactStatus": "ACTIVE"})
    assert (await world.sync())["accounts", "updated"] == 1


async def test_a_number_that_becomes_free_in_xero_opens_what_wanted_it(world: World) -> None:
    await world.person("POST", "Contacts", {"Name": "Somebody else"})
    line = {"Description": "By hand", "Quantity": 1, "UnitAmount": 5}
    typed = {"Type": "ACCREC", "Contact": {"Name": "Somebody else"}, "InvoiceNumber": "INV-3000", "LineItems": [line]}
    made = await world.person("POST", "Invoices", typed)
    await world.sync(world.sale())
    assert await find_codes(world, Module.INVOICES, "3000") == ["number_taken_in_xero"]
    world.advance(600)
    await world.sync()  # what changed just before the last look is shown once more
    world.advance(600)
    assert await sync_quietly(world) == ["Invoices"]
    world.advance(600)
    await world.person("PATCH", f"Invoices/{made['InvoiceID']}", {"InvoiceNumber": "HAND-1"})
    assert (await world.sync())["invoices", "created"] == 1


async def test_a_decision_opens_exactly_its_record(world: World) -> None:
    await world.sync(world.sale())
    [document] = world.list_documents("Invoice")
    world.advance(600)
    line = {"Description": "By hand", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200", "TaxType": "NONE"}
    contact = {"ContactID": document["Contact"]["ContactID"]}
    typed = {"Type": "ACCREC", "Contact": contact, "InvoiceNumber": "HAND-1", "Date": "2026-11-03", "LineItems": [line]}
    await world.person("POST", "Invoices", typed)
    twin = world.invoice("3001", account="1000", product="2000", Invoice_Date="2026-11-01")
    await world.sync({Module.INVOICES: [twin]})
    assert await find_codes(world, Module.INVOICES, "3001") == ["looks_already_entered"]
    async with world.runtime.store.transaction() as session:
        staged = await staging.list_by_ids(session, TENANT, Module.INVOICES, ["3001"])
        decision = {
            "module": Module.INVOICES.value,
            "record_id": "3001",
            "kind": DecisionKind.CREATE_NEW.value,
            "xero_id": None,
            "modified_at": staged["3001"]["modified_at"],
            "decided_by": "a person",
        }
        await decisions.save_decision(session, TENANT, decision)
    assert await world.sync() == {("invoices", "created"): 1}


async def test_a_right_that_is_given_opens_what_lacked_it(world: World) -> None:
    await world.save_mapping(
        statuses={"purchase_orders": {"Delivered": "AUTHORISED"}}, policies={"bills_beyond_draft": True}
    )
    rights = f"/_control/xero/{world.xero_tenant_id}/Users/{world.user_id}/rights"
    await world.ask_xero("PUT", rights, {"denied_actions": ["CreateApprovedBill"]})
    counts = await world.sync(world.purchase())
    assert counts["purchase_orders", "failed"] == 1
    assert await find_codes(world, Module.PURCHASE_ORDERS, "4000") == ["permission_missing"]
    await world.ask_xero("PUT", rights, {"denied_actions": []})
    assert (await world.sync())["purchase_orders", "created"] == 1


async def test_a_plan_that_allows_more_opens_the_bills_that_it_refused(world: World) -> None:
    await world.save_mapping(
        statuses={"purchase_orders": {"Delivered": "AUTHORISED"}}, policies={"bills_beyond_draft": True}
    )
    await change_organisation(world, approvals_a_month=0)
    await world.sync(world.purchase())
    assert await find_codes(world, Module.PURCHASE_ORDERS, "4000") == ["plan_limit"]
    await change_organisation(world, approvals_a_month=None)
    assert (await world.sync())["purchase_orders", "created"] == 1


async def test_a_supplier_that_is_mended_brings_its_bill(world: World) -> None:
    purchase = world.purchase()
    purchase[Module.PRODUCTS] = [world.product("2000", Product_Code=None)]
    counts = await world.sync(purchase)
    assert (counts["vendors", "created"], counts["purchase_orders", "blocked"]) == (1, 1)
    assert await find_codes(world, Module.PURCHASE_ORDERS, "4000") == ["waits_for"]
    counts = await world.sync({Module.PRODUCTS: [world.product("2000")]})
    assert counts == {("products", "created"): 1, ("purchase_orders", "created"): 1}
    await world.check_equation()


async def test_suppliers_that_no_order_needs_stay_out_of_xero(world: World) -> None:
    assert await world.sync({Module.VENDORS: [world.vendor()]}) == {("vendors", "skipped"): 1}
    assert world.list_calls(method="PUT") == []
    counts = await world.sync({Module.PURCHASE_ORDERS: [world.order(product=None)]})
    assert counts == {("vendors", "created"): 1, ("purchase_orders", "created"): 1}
    await world.check_equation()


async def test_what_was_deleted_in_the_crm_and_is_restored_goes(world: World) -> None:
    sale = world.sale()
    gone = world.record("3000", {}, deleted=True)
    counts = await world.sync({**sale, Module.INVOICES: [gone]})
    assert counts["invoices", "skipped"] == 1
    back = world.invoice("3000", account="1000", product="2000")
    assert (await world.sync({Module.INVOICES: [back]}))["invoices", "created"] == 1


async def test_a_whole_request_that_a_missing_right_refused_is_told_record_by_record(world: World) -> None:
    answer = '{"Title":"Forbidden","Status":403,"Detail":"You are not permitted to access this resource"}'
    world.fault("status", method="PUT", path="Invoices", times=-1, status=403, answer=answer)
    counts = await world.sync(world.sale(3))
    assert counts["invoices", "failed"] == 3
    assert await find_codes(world, Module.INVOICES, "3001") == ["permission_missing"]
    await world.check_equation()


async def test_a_question_whose_words_are_forgotten_is_asked_anew(world: World) -> None:
    line = {"Description": "By hand", "Quantity": 1, "UnitAmount": 5}
    await world.person("POST", "Contacts", {"Name": "Somebody else"})
    typed = {"Type": "ACCREC", "Contact": {"Name": "Somebody else"}, "InvoiceNumber": "INV-3000", "LineItems": [line]}
    await world.person("POST", "Invoices", typed)
    await world.sync(world.sale())
    for _ in range(2):
        world.advance(31 * 86_400)
        await world.step()
    async with world.runtime.store.reading() as session:
        staged = await staging.list_by_ids(session, TENANT, Module.INVOICES, ["3000"])
    assert staged["3000"]["state"] == State.SETTLED
    assert staged["3000"]["reasons"] == [{"code": "number_taken_in_xero", "facts": {}}]
    await world.begin()
    await world.work()
    await world.publish(
        world.extract(Module.INVOICES, world.invoice("3000", account="1000", product="2000")),
        world.close(Module.INVOICES),
    )
    await world.work()
    told = (await world.list_outcomes())[Module.INVOICES, "3000"]
    assert told.reasons[0].facts


async def test_a_reason_whose_words_are_forgotten_is_told_again_although_its_cause_stays(world: World) -> None:
    sale = world.sale()
    sale[Module.INVOICES] = [world.invoice("3000", account="1000", product="2000", Status="Shipped")]
    await world.sync(sale)
    assert await find_codes(world, Module.INVOICES, "3000") == ["status_unmapped"]
    for _ in range(2):
        world.advance(31 * 86_400)
        await world.step()
    await world.begin()
    await world.work()
    [wanted] = await world.list_told(RecordsWanted)
    assert wanted.record_ids == ("3000",)
    again = world.invoice("3000", account="1000", product="2000", Status="Shipped")
    await world.publish(world.extract(Module.INVOICES, again), world.close(Module.INVOICES))
    await world.work()
    told = (await world.list_outcomes())[Module.INVOICES, "3000"]
    assert (told.reasons[0].code, told.reasons[0].facts["status"]) == ("status_unmapped", "Shipped")
    await world.end()
    await world.sync()
    assert await world.list_told(RecordsWanted) == []
    assert await world.list_outcomes() == {}
