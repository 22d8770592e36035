"""A firm that both buys and sells: one contact in Xero, of which the second CRM record fills the blanks."""

from datetime import timedelta
from typing import Any

from tests.unit.xero_writer.world import MODIFIED, World

from sync_kit.contracts.events import ExtractedRecord
from sync_kit.contracts.vocabulary import Module, Sending


def changed(record: ExtractedRecord, days: int = 1) -> ExtractedRecord:
    return record.model_copy(update={"modified_at": MODIFIED + timedelta(days=days)})


async def share(world: World, **account: Any) -> dict[str, Any]:
    """An account and a vendor of one name; the account is first, the vendor shares its contact."""
    records = {Module.ACCOUNTS: [world.account("1000", Account_Name="Lamps Ltd", **account)]}
    await world.sync(records, sending=Sending.ALL)
    counts = await world.sync({Module.VENDORS: [world.vendor("1600", Vendor_Name="Lamps Ltd")]}, sending=Sending.ALL)
    assert counts["vendors", "linked"] == 1
    [contact] = world.list_documents("Contact")
    return contact


async def test_the_second_record_fills_what_is_blank_and_overwrites_nothing(world: World) -> None:
    before = await share(world, Phone="0113 1")
    vendor = changed(world.vendor("1600", Vendor_Name="Lamps Ltd", Phone="0113 2", Email="post@lamps.example"))
    counts = await world.sync({Module.VENDORS: [vendor]}, sending=Sending.ALL)
    assert counts["vendors", "updated"] == 1
    [after] = world.list_documents("Contact")
    assert after["EmailAddress"] == "post@lamps.example"
    assert after["Phones"] == before["Phones"]
    assert after["ContactNumber"] == "1000"


async def test_what_a_person_entered_meanwhile_is_not_blank_any_more(world: World) -> None:
    contact = await share(world)
    world.advance(1000)
    await world.person("PATCH", f"Contacts/{contact['ContactID']}", {"EmailAddress": "by@hand.example"})
    vendor = changed(world.vendor("1600", Vendor_Name="Lamps Ltd", Email="post@lamps.example"))
    counts = await world.sync({Module.VENDORS: [vendor]}, sending=Sending.ALL)
    assert counts["vendors", "unchanged"] == 1
    [after] = world.list_documents("Contact")
    assert after["EmailAddress"] == "by@hand.example"


async def test_the_owner_goes_on_writing_to_the_shared_contact(world: World) -> None:
    await share(world, Phone="0113 1")
    account = changed(world.account("1000", Account_Name="Lamps Ltd", Phone="0113 9"))
    assert (await world.sync({Module.ACCOUNTS: [account]}, sending=Sending.ALL))["accounts", "updated"] == 1
    [after] = world.list_documents("Contact")
    assert "0113 9" in str(after["Phones"])


async def test_a_tax_number_goes_with_a_new_contact_and_is_never_overwritten(world: World) -> None:
    await world.save_mapping(fields={"vendors": {"TaxNumber": {"field": "VAT_No"}}})
    await world.sync({Module.VENDORS: [world.vendor("1600", VAT_No="GB1")]}, sending=Sending.ALL)
    [contact] = world.list_documents("Contact")
    assert contact["TaxNumber"] == "GB1"
    vendor = changed(world.vendor("1600", VAT_No="GB2"))
    assert (await world.sync({Module.VENDORS: [vendor]}, sending=Sending.ALL))["vendors", "unchanged"] == 1
    [contact] = world.list_documents("Contact")
    assert contact["TaxNumber"] == "GB1"
