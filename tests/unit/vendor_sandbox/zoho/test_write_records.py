"""POST, PUT, upsert, DELETE: batches, statuses, duplicates, locks."""

from typing import Any

import pytest
from tests.unit.vendor_sandbox.zoho.conftest import Zoho


def test_an_insert_answers_201_with_a_result_for_each_record(zoho: Zoho) -> None:
    reply = zoho.api("POST", "Accounts", json={"data": [{"Account_Name": "A"}, {"Account_Name": "B"}]})
    assert reply.status == 201
    first, second = reply.json["data"]
    assert (first["code"], first["message"], first["status"]) == ("SUCCESS", "record added", "success")
    assert first["details"]["Modified_Time"] == "2026-11-02T09:30:00+00:00"
    assert first["details"]["id"] < second["details"]["id"]


@pytest.mark.parametrize("status", [207, 200, 202])
def test_a_mixed_batch_writes_the_good_ones_and_names_the_bad_place(zoho: Zoho, status: int) -> None:
    zoho.switch(zoho_mixed_write_status=status)
    reply = zoho.api("POST", "Accounts", json={"data": [{"Account_Name": "A"}, {"Phone": "1"}]})
    assert reply.status == status
    good, bad = reply.json["data"]
    assert good["status"] == "success"
    assert bad["code"] == "MANDATORY_NOT_FOUND"
    assert bad["details"] == {"api_name": "Account_Name", "json_path": "$.data[1].Account_Name"}
    assert zoho.api("GET", "Accounts/actions/count").json == {"count": 1}


def test_a_batch_of_bad_records_alone_is_400(zoho: Zoho) -> None:
    assert zoho.api("POST", "Accounts", json={"data": [{"Phone": "1"}]}).status == 400


def test_several_faults_of_one_record_come_together(zoho: Zoho) -> None:
    reply = zoho.api("POST", "Accounts", json={"data": [{"Phone": 5, "Website": 6}]})
    (result,) = reply.json["data"]
    assert result["code"] == "MULTIPLE_OR_MULTI_ERRORS"
    assert [error["details"]["api_name"] for error in result["details"]["errors"]] == [
        "Phone",
        "Website",
        "Account_Name",
    ]


@pytest.mark.parametrize(
    ("module", "field", "value"),
    [
        ("Accounts", "Account_Name", "x" * 201),
        ("Accounts", "Account_Name", 5),
        ("Accounts", "Nonsense", "x"),
        ("Accounts", "Parent_Account", {"id": "550001000000999999"}),
        ("Accounts", "Parent_Account", {"name": "A"}),
        ("Accounts", "Currency", "XXX"),
        ("Contacts", "Email", "not an address"),
        ("Products", "Unit_Price", "10"),
        ("Products", "Unit_Price", True),
        ("Products", "Product_Active", "true"),
        ("Products", "Tax", "VAT"),
        ("Invoices", "Invoice_Date", "02/11/2026"),
        ("Invoices", "Invoice_Date", "2026-02-30"),
        ("Invoices", "Invoiced_Items", "none"),
    ],
)
def test_a_value_of_the_wrong_kind_is_invalid(zoho: Zoho, module: str, field: str, value: object) -> None:
    good: dict[str, Any] = {"Account_Name": "A", "Last_Name": "L", "Product_Name": "P", "Subject": "S"}
    known = zoho.org.tables[module].fields
    record = {name: text for name, text in good.items() if name in known and known[name].data_type == "text"}
    reply = zoho.api("POST", module, json={"data": [{**record, field: value}]})
    errors = reply.json["data"][0]["details"].get("errors", reply.json["data"])
    assert reply.status == 400
    assert ("INVALID_DATA", field) in [(error["code"], error["details"]["api_name"]) for error in errors]


def test_unknown_fields_can_be_ignored_by_switch(zoho: Zoho) -> None:
    zoho.switch(zoho_unknown_fields="ignored")
    assert zoho.api("POST", "Accounts", json={"data": [{"Account_Name": "A", "Nonsense": 1}]}).status == 201


def test_read_only_fields_are_passed_over(zoho: Zoho) -> None:
    invoice = zoho.make_invoice(zoho.make_product(), Grand_Total=1, Invoice_Number="MINE", Created_Time="x")
    record = zoho.read("Invoices", invoice)
    assert (record["Grand_Total"], record["Invoice_Number"]) == (20, "INV-00001")


def test_a_picklist_takes_a_new_value_and_keeps_it(zoho: Zoho) -> None:
    zoho.make_invoice(zoho.make_product(), Status="Shipped")
    fields = zoho.api("GET", "settings/fields", query={"module": "Invoices"}).json["fields"]
    (status,) = (field for field in fields if field["api_name"] == "Status")
    values = [value["actual_value"] for value in status["pick_list_values"]]
    assert values == ["Created", "Approved", "Delivered", "Canceled", "Shipped"]


@pytest.mark.parametrize(("count", "status"), [(0, 400), (100, 201), (101, 400)])
def test_a_batch_has_one_to_a_hundred_records(zoho: Zoho, count: int, status: int) -> None:
    data = [{"Account_Name": f"A{number}"} for number in range(count)]
    assert zoho.api("POST", "Accounts", json={"data": data}).status == status


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "MANDATORY_NOT_FOUND"),
        ({"data": {}}, "INVALID_DATA"),
        ({"data": ["x"]}, "INVALID_DATA"),
        ({"data": [{"Account_Name": "A"}], "trigger": ["workflows"]}, "INVALID_DATA"),
        ([], "INVALID_DATA"),
    ],
)
def test_a_wrong_body_is_refused_as_a_whole(zoho: Zoho, body: object, code: str) -> None:
    reply = zoho.api("POST", "Accounts", json=body)
    assert (reply.status, reply.json["code"]) == (400, code)


def test_a_body_that_is_not_json_is_refused(zoho: Zoho) -> None:
    headers = {"authorization": f"Bearer {zoho.token}"}
    assert zoho.send("POST", "/eu/crm/v8/Accounts", body=b"{", headers=headers).status == 400
    headers["content-type"] = "text/plain"
    assert zoho.send("POST", "/eu/crm/v8/Accounts", body=b"{}", headers=headers).status == 415


def test_no_trigger_and_an_empty_trigger_are_both_fine(zoho: Zoho) -> None:
    for trigger in ([], ["workflow"]):
        reply = zoho.api("POST", "Accounts", json={"data": [{"Account_Name": "A"}], "trigger": trigger})
        assert reply.status == 201


def test_an_update_names_its_records_in_the_body(zoho: Zoho) -> None:
    (account,) = zoho.insert("Accounts", {"Account_Name": "A"})
    zoho.core.clock.advance(5)
    data = [{"id": account, "Phone": "1"}, {"id": "550001000000999999"}, {"Phone": "2"}]
    reply = zoho.api("PUT", "Accounts", json={"data": data})
    assert reply.status == 207
    assert [result["code"] for result in reply.json["data"]] == ["SUCCESS", "INVALID_DATA", "MANDATORY_NOT_FOUND"]
    record = zoho.read("Accounts", account)
    assert (record["Account_Name"], record["Phone"]) == ("A", "1")
    assert record["Modified_Time"] == "2026-11-02T09:30:05+00:00"
    assert record["Created_Time"] == "2026-11-02T09:30:00+00:00"


def test_an_update_by_path_takes_one_record(zoho: Zoho) -> None:
    (account,) = zoho.insert("Accounts", {"Account_Name": "A"})
    assert zoho.api("PUT", f"Accounts/{account}", json={"data": [{"Phone": "1"}]}).status == 200
    assert zoho.api("PUT", f"Accounts/{account}", json={"data": [{}, {}]}).status == 400


def test_a_mandatory_field_cannot_be_emptied(zoho: Zoho) -> None:
    (account,) = zoho.insert("Accounts", {"Account_Name": "A"})
    reply = zoho.api("PUT", f"Accounts/{account}", json={"data": [{"Account_Name": None}]})
    assert reply.json["data"][0]["code"] == "MANDATORY_NOT_FOUND"


def test_if_unmodified_since_refuses_a_record_that_moved_on(zoho: Zoho) -> None:
    (account,) = zoho.insert("Accounts", {"Account_Name": "A"})
    body = {"data": [{"Phone": "1"}]}
    headers = {"if-unmodified-since": "2026-11-02T09:29:59+00:00"}
    reply = zoho.api("PUT", f"Accounts/{account}", json=body, headers=headers)
    assert (reply.status, reply.json["data"][0]["code"]) == (412, "ALREADY_MODIFIED")
    headers = {"if-unmodified-since": "2026-11-02T09:30:00+00:00"}
    assert zoho.api("PUT", f"Accounts/{account}", json=body, headers=headers).status == 200


def test_an_upsert_finds_by_the_modules_own_field(zoho: Zoho) -> None:
    body = {"data": [{"Account_Name": "Acme", "Phone": "1"}]}
    first = zoho.api("POST", "Accounts/upsert", json=body)
    second = zoho.api("POST", "Accounts/upsert", json={"data": [{"Account_Name": "ACME", "Phone": "2"}]})
    assert (first.status, second.status) == (200, 200)
    assert (first.json["data"][0]["action"], first.json["data"][0]["duplicate_field"]) == ("insert", None)
    assert (second.json["data"][0]["action"], second.json["data"][0]["duplicate_field"]) == ("update", "Account_Name")
    assert first.json["data"][0]["details"]["id"] == second.json["data"][0]["details"]["id"]


def test_given_check_fields_replace_the_modules_own(zoho: Zoho) -> None:
    zoho.insert("Accounts", {"Account_Name": "Acme", "Account_Number": "7"})
    body = {"data": [{"Account_Name": "Other", "Account_Number": "7"}], "duplicate_check_fields": ["Account_Number"]}
    reply = zoho.api("POST", "Accounts/upsert", json=body)
    assert reply.json["data"][0]["duplicate_field"] == "Account_Number"
    body = {"data": [{"Account_Name": "Other"}], "duplicate_check_fields": ["Account_Number"]}
    assert zoho.api("POST", "Accounts/upsert", json=body).json["data"][0]["action"] == "insert"


def test_a_check_field_that_does_not_exist_is_refused(zoho: Zoho) -> None:
    body = {"data": [{"Account_Name": "A"}], "duplicate_check_fields": ["Nope"]}
    assert zoho.api("POST", "Accounts/upsert", json=body).status == 400


def test_an_upsert_that_finds_two_records_is_refused(zoho: Zoho) -> None:
    zoho.insert("Accounts", {"Account_Name": "Acme"}, {"Account_Name": "Acme"})
    reply = zoho.api("POST", "Accounts/upsert", json={"data": [{"Account_Name": "Acme"}]})
    assert reply.json["data"][0]["code"] == "DUPLICATE_DATA"
    assert reply.json["data"][0]["details"]["more_records"] is True


def add_unique(zoho: Zoho) -> None:
    wanted = {"field_label": "Xero Id", "data_type": "text", "unique": {"case_sensitive": False}}
    zoho.api("POST", "settings/fields", query={"module": "Accounts"}, json={"fields": [wanted]})


def test_a_unique_field_refuses_a_second_and_tells_the_first(zoho: Zoho) -> None:
    add_unique(zoho)
    (first,) = zoho.insert("Accounts", {"Account_Name": "A", "Xero_Id": "x1"})
    reply = zoho.api("POST", "Accounts", json={"data": [{"Account_Name": "B", "Xero_Id": "X1"}]})
    (result,) = reply.json["data"]
    assert (reply.status, result["code"], result["details"]["id"]) == (400, "DUPLICATE_DATA", first)
    (other,) = zoho.insert("Accounts", {"Account_Name": "C"})
    reply = zoho.api("PUT", f"Accounts/{other}", json={"data": [{"Xero_Id": "x1"}]})
    assert reply.json["data"][0]["code"] == "DUPLICATE_DATA"
    assert zoho.api("PUT", f"Accounts/{first}", json={"data": [{"Xero_Id": "x1"}]}).status == 200


def test_an_upsert_looks_at_unique_fields_too(zoho: Zoho) -> None:
    add_unique(zoho)
    zoho.insert("Accounts", {"Account_Name": "A", "Xero_Id": "x1"})
    reply = zoho.api("POST", "Accounts/upsert", json={"data": [{"Account_Name": "B", "Xero_Id": "x1"}]})
    assert reply.json["data"][0]["duplicate_field"] == "Xero_Id"


def test_a_repeated_post_makes_a_second_record(zoho: Zoho) -> None:
    for _ in range(2):
        zoho.insert("Accounts", {"Account_Name": "A"})
    assert zoho.api("GET", "Accounts/actions/count").json == {"count": 2}


def test_a_delete_empties_the_references_to_the_record(zoho: Zoho) -> None:
    (account,) = zoho.insert("Accounts", {"Account_Name": "A"})
    invoice = zoho.make_invoice(zoho.make_product(), Account_Name={"id": account})
    reply = zoho.api("DELETE", "Accounts", query={"ids": f"{account},550001000000999999"})
    assert (reply.status, [result["code"] for result in reply.json["data"]]) == (207, ["SUCCESS", "INVALID_DATA"])
    assert zoho.read("Invoices", invoice)["Account_Name"] is None
    assert zoho.coql("select id from Invoices where Account_Name is null").status == 200


def test_deleting_a_document_deletes_its_lines(zoho: Zoho) -> None:
    invoice = zoho.make_invoice(zoho.make_product())
    zoho.api("DELETE", f"Invoices/{invoice}")
    assert zoho.coql("select id from Invoiced_Items where id is not null").status == 204


def test_a_delete_needs_ids(zoho: Zoho) -> None:
    assert zoho.api("DELETE", "Accounts").json["code"] == "REQUIRED_PARAM_MISSING"


def test_a_locked_record_cannot_be_changed_by_the_api(zoho: Zoho) -> None:
    (account,) = zoho.insert("Accounts", {"Account_Name": "A"})
    zoho.org.tables["Accounts"].records[account]["Locked__s"] = True
    assert zoho.api("PUT", f"Accounts/{account}", json={"data": [{}]}).json["data"][0]["code"] == "RECORD_LOCKED"
    assert zoho.api("DELETE", f"Accounts/{account}").json["data"][0]["code"] == "RECORD_LOCKED"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "Invoiced_Items"), ("PUT", "Invoiced_Items"), ("DELETE", "Invoiced_Items/1")]
)
def test_line_modules_cannot_be_written(zoho: Zoho, method: str, path: str) -> None:
    reply = zoho.api(method, path, json={"data": [{}]})
    assert (reply.status, reply.json["code"]) == (400, "INVALID_MODULE")


def test_a_contacts_full_name_follows_its_parts(zoho: Zoho) -> None:
    (contact,) = zoho.insert("Contacts", {"First_Name": "Amara", "Last_Name": "Bello"})
    assert zoho.read("Contacts", contact)["Full_Name"] == "Amara Bello"
    zoho.api("PUT", f"Contacts/{contact}", json={"data": [{"First_Name": None}]})
    assert zoho.read("Contacts", contact)["Full_Name"] == "Bello"


def test_every_write_is_in_the_documents_history_with_its_call(zoho: Zoho) -> None:
    (account,) = zoho.insert("Accounts", {"Account_Name": "A"})
    zoho.api("PUT", f"Accounts/{account}", json={"data": [{"Phone": "1"}]})
    zoho.api("DELETE", f"Accounts/{account}")
    versions = zoho.core.ledger.list_versions(vendor="zoho", kind="Accounts", id=account)
    assert [version.action for version in versions] == ["created", "updated", "deleted"]
    assert [version.snapshot["Phone"] for version in versions] == [None, "1", "1"]
    assert [version.call_seq for version in versions] == [1, 2, 3]
