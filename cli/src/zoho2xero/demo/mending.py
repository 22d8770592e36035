"""What people do about the reasons that they were shown: in the CRM, in Xero, in the mapping, and by a decision."""

from collections.abc import Iterable
from typing import Any, Final

from zoho2xero.demo.walk import Walk
from zoho2xero.demo.wholesaler import Planted

MENDED: Final = frozenset(
    {
        "status_unmapped",
        "purchase_rate_on_sale",
        "no_due_date_on_approved",
        "currency_not_enabled",
        "status_blank",
        "same_sale_typed_twice",
        "name_of_another_firm",
    }
)
"""Kinds of faults that are gone afterwards; the others stay with their reasons."""
CURRENCIES: Final = ("EUR", "USD")
"""What is switched on in Xero from now on; the last is new."""

Json = dict[str, Any]


async def mend(demo: Walk, planted: Iterable[Planted]) -> None:
    """One of each: four in the set-up, one in the CRM, two decisions."""
    by_kind = {fault.kind: fault for fault in planted if fault.kind in MENDED}
    await _mend_mapping(demo)
    await demo.sandbox.choose_currencies(demo.prepared.xero_tenant_id, CURRENCIES)
    demo.console.print(f"Accounts switch on {CURRENCIES[-1]} in Xero.")
    blank = by_kind["status_blank"]
    await demo.sandbox.edit_crm_record(demo.zoho_org_id, "Invoices", blank.record_id, {"Status": "Approved"})
    demo.console.print("Sales choose the status of the invoice that had none.")
    await _decide(demo, by_kind["same_sale_typed_twice"], "link")
    demo.console.print("Accounts decide: the invoice that somebody typed into Xero is the same sale.")
    await _decide(demo, by_kind["name_of_another_firm"], "create_new")
    demo.console.print("Accounts decide: the firm of that name in Xero is another one, make a new contact.")


async def _mend_mapping(demo: Walk) -> None:
    path = f"/v1/mappings/{demo.prepared.tenant_id}"
    mapping = (await demo.prepared.api.get(path))["mapping"]
    mapping["statuses"]["invoices"]["Shipped"] = "DRAFT"
    mapping["taxes"]["sales"]["VAT 20% (capital)"] = "SROUTPUT2"
    mapping["policies"]["due_days"] = 30
    await demo.prepared.api.put(path, mapping)
    demo.console.print('In the mapping: "Shipped" means draft, the capital rate is one for sales, 30 days until due.')


async def _decide(demo: Walk, fault: Planted, decision: str) -> None:
    """Answer the question about a record; a link is to the first candidate that it names."""
    path = f"/v1/links/{demo.prepared.tenant_id}"
    questions: list[Json] = (await demo.prepared.api.get(f"{path}/questions", limit=200))["items"]
    question = next(each for each in questions if each["record_id"] == fault.record_id)
    body: Json = {"module": fault.module, "record_id": fault.record_id, "decision": decision}
    if decision == "link":
        body["xero_id"] = question["candidates"][0]["xero_id"]
    await demo.prepared.api.post(f"{path}/decisions", body)
