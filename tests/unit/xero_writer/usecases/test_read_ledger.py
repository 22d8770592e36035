"""A ledger that is not empty: what is there already is adopted by name, number and code, and not written to."""

from typing import Any

from sqlalchemy import delete
from tests.unit.xero_writer.world import World

from sync_kit.contracts.vocabulary import Module, Outcome, Sending
from xero_writer.store import METADATA


async def fill_ledger(world: World) -> dict[str, Any]:
    """A contact, an item and an invoice that agree with the CRM's, made by a person."""
    contact = await world.person("POST", "Contacts", {"Name": "Customer 100"})
    item = await world.person("POST", "Items", {"Code": "P200", "Name": "Lantern 200"})
    invoice = await world.person(
        "POST",
        "Invoices",
        {
            "Type": "ACCREC",
            "Contact": {"ContactID": contact["ContactID"]},
            "InvoiceNumber": "INV-300",
            "Date": "2026-11-01",
            "DueDate": "2026-12-01",
            "LineAmountTypes": "Exclusive",
            "LineItems": [
                {"Description": "By hand", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200", "TaxType": "NONE"}
            ],
        },
    )
    return {"contact": contact, "item": item, "invoice": invoice}


async def test_what_xero_has_is_adopted_and_not_written_to(world: World) -> None:
    made = await fill_ledger(world)
    counts = await world.sync(
        {
            Module.ACCOUNTS: [world.account()],
            Module.PRODUCTS: [world.product()],
            Module.INVOICES: [world.invoice()],
        }
    )
    assert counts == {("accounts", "linked"): 1, ("products", "linked"): 1, ("invoices", "linked"): 1}
    outcomes = await world.list_outcomes()
    assert outcomes[Module.ACCOUNTS, "100"].xero_id == made["contact"]["ContactID"]
    assert outcomes[Module.PRODUCTS, "200"].xero_id == made["item"]["ItemID"]
    assert outcomes[Module.INVOICES, "300"].xero_id == made["invoice"]["InvoiceID"]
    assert [call for call in world.list_calls() if call.method != "GET"] == []
    await world.check_equation()


async def test_a_change_after_the_adoption_is_written_to_the_adopted_document(world: World) -> None:
    made = await fill_ledger(world)
    sale = {Module.ACCOUNTS: [world.account()], Module.PRODUCTS: [world.product()]}
    await world.sync({**sale, Module.INVOICES: [world.invoice()]})
    counts = await world.sync({Module.INVOICES: [world.invoice(Due_Date="2026-12-24")]})
    assert counts == {("invoices", "updated"): 1}
    assert len(world.list_documents("Invoice")) == 1
    assert world.list_versions("Invoice")[-1][1]["InvoiceID"] == made["invoice"]["InvoiceID"]


async def test_an_email_address_finds_a_contact_of_another_name(world: World) -> None:
    await world.person("POST", "Contacts", {"Name": "A. Lee", "EmailAddress": "ann150@lee.example"})
    counts = await world.sync({Module.CONTACTS: [world.contact()]}, sending=Sending.ALL)
    assert counts == {("contacts", "linked"): 1}
    assert len(world.list_documents("Contact")) == 1


async def test_a_contact_that_was_made_between_two_runs_is_found_by_its_address(world: World) -> None:
    await world.sync(world.sale())
    world.advance(600)
    await world.person("POST", "Contacts", {"Name": "A. Lee", "EmailAddress": "ann150@lee.example"})
    counts = await world.sync({Module.CONTACTS: [world.contact()]}, sending=Sending.ALL)
    assert counts == {("contacts", "linked"): 1}


async def test_a_ledger_of_several_pages_is_read_once(world: World) -> None:
    for number in range(1050):
        world.write_as_person("Contacts", {"Name": f"Old customer {number}"})
    await world.sync(world.sale())
    reads = [call.query for call in world.list_calls(method="GET", path="Contacts")]
    assert len(reads) == 2
    await world.sync({Module.INVOICES: [world.invoice("3001", account="1000", product="2000")]})
    assert len(world.list_calls(method="GET", path="Contacts")) == 2


async def test_a_sweep_that_is_broken_off_goes_on_where_it_stopped(world: World) -> None:
    await world.sync(world.sale())
    world.advance(600)
    for number in range(1050):
        world.write_as_person("Contacts", {"Name": f"New customer {number}"})
    world.write_as_person("Contacts", {"Name": "A. Lee", "EmailAddress": "ann150@lee.example"})
    world.fault("lost_answer", method="GET", path="Contacts", skip=1)
    before = len(world.list_calls(method="GET", path="Contacts"))
    counts = await world.sync({Module.CONTACTS: [world.contact()]}, sending=Sending.ALL)
    assert counts == {("contacts", "linked"): 1}
    assert len(world.list_calls(method="GET", path="Contacts")) - before == 3


async def test_a_document_that_xero_no_longer_shows_is_asked_for_once(world: World) -> None:
    await world.sync(world.sale())
    [document] = world.list_documents("Invoice")
    organisation = world.sandbox.xero.state.organisations[world.xero_tenant_id]
    del organisation.invoices[document["InvoiceID"]]
    async with world.runtime.store.transaction() as session:
        await session.execute(delete(METADATA.tables["ledger_documents"]))
    counts = await world.sync({Module.INVOICES: [world.invoice("3000", price="12", account="1000", product="2000")]})
    assert sum(counts.values()) == 1
    assert ("invoices", "updated") not in counts
    assert len(world.list_calls(method="GET", path="Invoices")) == 2
    await world.check_equation()


async def test_lock_dates_are_compared_for_the_old_and_the_new_date(world: World) -> None:
    await world.sync(world.sale())
    await world.ask_xero(
        "PATCH",
        f"/_control/xero/{world.xero_tenant_id}/Organisation",
        {"period_lock_date": "2026-11-10"},
    )
    changed = world.invoice("3000", price="12", account="1000", product="2000", Invoice_Date="2026-11-20")
    new = world.invoice("3001", account="1000", product="2000", Invoice_Date="2026-11-10")
    later = world.invoice("3002", account="1000", product="2000", Invoice_Date="2026-11-11")
    counts = await world.sync({Module.INVOICES: [changed, new, later]})
    assert counts == {("invoices", "blocked"): 2, ("invoices", "created"): 1}
    outcomes = await world.list_outcomes()
    for record_id in ("3000", "3001"):
        told = outcomes[Module.INVOICES, record_id]
        assert told.outcome is Outcome.BLOCKED
        assert told.reasons[0].code == "period_locked"
    await world.check_equation()
