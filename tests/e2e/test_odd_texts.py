"""Whatever people paste into a CRM field, the record goes, or has its reason, and nobody else waits for it."""

import pytest
from tests.factories import crm
from tests.fixtures.sales import expect_no_twins, list_living_invoices, sell
from tests.fixtures.world import World

ODD_TEXTS = {
    "a null byte": "Tea\x00pot",
    "control characters": "Tea\x07\x1b[31mpot\x7f",
    "beyond the basic plane": "Tea \U0001fad6 \U0001d517",
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd\u202c",
    "a byte order mark": "\ufeffTea",
    "a line separator": "Tea\u2028pot",
    "nothing but blanks": " \u00a0\u3000 ",
    "SQL": "Tea'); drop table staged_records; --",
}


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
async def test_a_record_with_odd_texts_stops_nobody(world: World, text: str) -> None:
    normal = await sell(world)
    (customer,) = await world.add_crm("Accounts", crm.account(f"Odd {text}", Billing_Street=text))
    await world.add_crm("Contacts", crm.person(f"Odd {text}", customer, First_Name=text))
    await world.add_crm("Contacts", crm.person(f"Alone {text}"))
    (supplier,) = await world.add_crm("Vendors", crm.vendor(f"Odd {text}"))
    (goods,) = await world.add_crm("Products", crm.product(f"ODD {text}"[:20], f"Odd {text}"))
    line = crm.line(goods, Description=text)
    (odd,) = await world.add_crm("Invoices", crm.invoice(customer, line, Subject=text, Description=text))
    (bill,) = await world.add_crm("Purchase_Orders", crm.purchase_order(supplier, line, number=f"PO {text}"))
    run = await world.sync()
    assert run["state"] in ("succeeded", "partial")
    there = {row["Url"].rsplit("/", 1)[-1] for row in await list_living_invoices(world)}
    assert normal in there
    held = {entry["record_id"] for entry in await world.log(run["run_id"]) if entry["reasons"]}
    for record_id in (odd, bill):
        assert (record_id in there) != (record_id in held), "it is there, or there is a reason"
    await expect_no_twins(world)
    await world.pass_time(600)
    again = await world.sync()
    assert [module[count] for module in again["modules"] for count in ("created", "updated")] == [0] * 12
