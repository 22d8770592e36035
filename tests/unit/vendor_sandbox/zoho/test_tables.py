"""The record table and its indexes."""

from datetime import UTC, datetime, timedelta

from tests.unit.vendor_sandbox.zoho.conftest import Zoho

from vendor_sandbox.zoho.tables import RecordTable

START = datetime(2026, 11, 2, tzinfo=UTC)


def make_table(zoho: Zoho, *names: str) -> RecordTable:
    module = zoho.org.tables["Accounts"].module
    table = RecordTable(module, zoho.org.tables["Accounts"].fields)
    for number, name in enumerate(names):
        at = START - timedelta(seconds=number)
        table.add_record({"id": str(number), "Account_Name": name, "Modified_Time": at})
    return table


def test_an_index_follows_additions_changes_and_removals(zoho: Zoho) -> None:
    table = make_table(zoho, "Acme", "Bolt")
    assert table.find_ids_by_value("Account_Name", " ACME ") == ["0"]
    table.add_record({"id": "2", "Account_Name": "acme", "Modified_Time": START})
    assert table.find_ids_by_value("Account_Name", "Acme") == ["0", "2"]
    table.change_record(table.records["0"], {"Account_Name": "Cog"})
    assert table.find_ids_by_value("Account_Name", "Acme") == ["2"]
    assert table.find_ids_by_value("Account_Name", "Cog") == ["0"]
    table.remove_record("2")
    assert table.find_ids_by_value("Account_Name", "Acme") == []


def test_an_empty_value_finds_nobody(zoho: Zoho) -> None:
    table = make_table(zoho, "Acme")
    table.add_record({"id": "9", "Account_Name": None, "Modified_Time": START})
    assert table.find_ids_by_value("Account_Name", None) == []
    assert table.find_ids_by_value("Account_Name", "") == []


def test_the_orders_follow_every_change(zoho: Zoho) -> None:
    table = make_table(zoho, "A", "B", "C")
    assert [record["id"] for record in table.list_by_modified()] == ["2", "1", "0"]
    table.change_record(table.records["2"], {"Modified_Time": START + timedelta(days=1)})
    assert [record["id"] for record in table.list_by_modified()] == ["1", "0", "2"]
    assert [record["id"] for record in table.list_from_id("1")] == ["1", "2"]
    table.remove_record("1")
    assert [record["id"] for record in table.list_from_id("1")] == ["2"]
