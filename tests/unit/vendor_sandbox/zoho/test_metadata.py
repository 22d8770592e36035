"""Modules, fields, org, users, taxes, currencies."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.vendor_sandbox.zoho.conftest import EVERYTHING, Zoho


def fields_of(zoho: Zoho, module: str) -> dict[str, Any]:
    reply = zoho.api("GET", "settings/fields", query={"module": module})
    return {field["api_name"]: field for field in reply.json["fields"]}


def test_line_modules_are_subforms_of_their_documents(zoho: Zoho) -> None:
    modules = {module["api_name"]: module for module in zoho.api("GET", "settings/modules").json["modules"]}
    assert len(modules) == 12
    lines = modules["Invoiced_Items"]
    assert (lines["generated_type"], lines["parent_module"]) == ("subform", {"api_name": "Invoices"})
    assert (lines["api_supported"], lines["creatable"], lines["editable"]) == (True, False, False)
    assert modules["Invoices"]["generated_type"] == "default"


def test_fields_tell_type_lookup_and_duty(zoho: Zoho) -> None:
    fields = fields_of(zoho, "Invoices")
    assert (fields["Subject"]["system_mandatory"], fields["Subject"]["length"]) == (True, 300)
    assert fields["Account_Name"]["lookup"]["module"]["api_name"] == "Accounts"
    assert fields["Invoiced_Items"]["associated_module"] == {"api_name": "Invoiced_Items"}
    assert (fields["Grand_Total"]["data_type"], fields["Grand_Total"]["read_only"]) == ("formula", True)
    assert fields["Invoice_Number"]["data_type"] == "autonumber"


def test_the_fields_of_a_line_module_can_be_read(zoho: Zoho) -> None:
    assert {"Parent_Id", "Product_Name", "Quantity", "List_Price", "Line_Tax"} <= set(fields_of(zoho, "Invoiced_Items"))


def test_fields_need_a_module(zoho: Zoho) -> None:
    assert zoho.api("GET", "settings/fields").json["code"] == "REQUIRED_PARAM_MISSING"
    assert zoho.api("GET", "settings/fields", query={"module": "Nope"}).json["code"] == "INVALID_MODULE"


def create(zoho: Zoho, *fields: Any, module: str = "Invoices") -> Any:
    return zoho.api("POST", "settings/fields", query={"module": module}, json={"fields": list(fields)})


def test_a_custom_field_gets_a_name_and_can_be_written_and_asked(zoho: Zoho) -> None:
    wanted = [
        {"field_label": "Xero Status", "data_type": "text", "length": 50},
        {"field_label": "Paid at", "data_type": "datetime"},
        {"field_label": "Amount due (Xero)", "data_type": "currency"},
    ]
    reply = create(zoho, *wanted)
    assert reply.status == 201
    assert [each["details"]["api_name"] for each in reply.json["fields"]] == [
        "Xero_Status",
        "Paid_at",
        "Amount_due_Xero",
    ]
    assert zoho.core.ledger.list_calls()[-1].credits_used == 30
    values = {"Xero_Status": "PAID", "Paid_at": "2026-11-02T11:00:00+02:00", "Amount_due_Xero": Decimal("1.50")}
    invoice = zoho.make_invoice(zoho.make_product(), **values)
    (row,) = zoho.query("Paid_at, Amount_due_Xero", "Invoices", "Xero_Status = 'PAID'").json["data"]
    assert row == {"id": invoice, "Paid_at": "2026-11-02T09:00:00+00:00", "Amount_due_Xero": Decimal("1.50")}


def test_a_label_whose_name_is_taken_gets_a_number(zoho: Zoho) -> None:
    create(zoho, {"field_label": "Xero Id", "data_type": "text"})
    reply = create(zoho, {"field_label": "Xero-Id", "data_type": "text"})
    assert reply.json["fields"][0]["details"]["api_name"] == "Xero_Id1"


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ({"data_type": "text"}, "MANDATORY_NOT_FOUND"),
        ({"field_label": "A"}, "MANDATORY_NOT_FOUND"),
        ({"field_label": "A", "data_type": "formula"}, "INVALID_DATA"),
        ({"field_label": "Subject", "data_type": "text"}, "DUPLICATE_DATA"),
        ({"field_label": "A", "data_type": "integer", "external": {"type": "org"}}, "INVALID_DATA"),
        ({"field_label": "A", "data_type": "text", "external": {"type": "x"}}, "INVALID_DATA"),
        ({"field_label": "A", "data_type": "text", "length": "9"}, "INVALID_DATA"),
        ("A", "INVALID_DATA"),
    ],
)
def test_a_wrong_custom_field_is_refused(zoho: Zoho, field: Any, code: str) -> None:
    reply = create(zoho, field)
    assert (reply.status, reply.json["fields"][0]["code"]) == (400, code)


def test_five_fields_a_call_are_the_most(zoho: Zoho) -> None:
    fields = [{"field_label": f"F{n}", "data_type": "text"} for n in range(6)]
    assert create(zoho, *fields).status == 400
    assert create(zoho, *fields[:5]).status == 201


def test_a_module_has_two_unique_fields_at_most(zoho: Zoho) -> None:
    fields = [{"field_label": f"F{n}", "data_type": "text", "unique": {"case_sensitive": False}} for n in range(3)]
    reply = create(zoho, *fields)
    assert (reply.status, reply.json["fields"][2]["code"]) == (207, "LIMIT_EXCEEDED")


def test_an_edition_caps_its_custom_fields(zoho: Zoho) -> None:
    org = zoho.mount.state.add_org(company_name="Small", dc="eu", edition="standard")
    token = zoho.mount.state.tokens.issue_access_token("eu", "c", org.id, EVERYTHING, zoho.core.clock.now()).value
    codes = []
    for start in (0, 5, 10):
        fields = [{"field_label": f"F{start + n}", "data_type": "text"} for n in range(5)]
        reply = zoho.api("POST", "settings/fields", query={"module": "Invoices"}, json={"fields": fields}, token=token)
        codes.append(reply.json["fields"][0]["code"])
    assert codes == ["SUCCESS", "SUCCESS", "LIMIT_EXCEEDED"]


def test_the_org_tells_currency_edition_and_users(zoho: Zoho) -> None:
    (org,) = zoho.api("GET", "org").json["org"]
    assert org["currency"] == "British Pound - GBP"
    assert (org["id"], org["zgid"]) == (zoho.org.id, zoho.org.id)
    assert org["license_details"]["paid_type"] == "enterprise"
    assert org["type"] == "production"


def test_currencies_are_403_while_multi_currency_is_off(zoho: Zoho) -> None:
    reply = zoho.api("GET", "org/currencies")
    assert (reply.status, reply.json["code"]) == (403, "CURRENCIES_NOT_ENABLED")
    zoho.org.multi_currency = True
    (base,) = zoho.api("GET", "org/currencies").json["currencies"]
    assert (base["iso_code"], base["is_base"]) == ("GBP", True)


def test_a_record_in_another_currency_gets_its_rate(zoho: Zoho) -> None:
    org = zoho.mount.state.add_org(company_name="M", dc="eu", multi_currency=True)
    org.add_currency("EUR", Decimal("1.15"))
    zoho.org = org
    zoho.renew()
    (account,) = zoho.insert("Accounts", {"Account_Name": "A", "Currency": "EUR"})
    record = zoho.read("Accounts", account)
    assert (record["Currency"], record["Exchange_Rate"]) == ("EUR", Decimal("1.15"))


def test_currency_fields_may_exist_only_with_multi_currency(zoho: Zoho) -> None:
    zoho.switch(zoho_currency_fields="multi_currency")
    with_it = zoho.mount.state.add_org(company_name="M", dc="eu", multi_currency=True)
    without = zoho.mount.state.add_org(company_name="S", dc="eu")
    assert "Currency" in with_it.tables["Invoices"].fields
    assert "Currency" not in without.tables["Invoices"].fields


def test_taxes_are_listed_by_percent_and_one_by_id(zoho: Zoho) -> None:
    assert zoho.api("GET", "org/taxes").status == 204
    tax = zoho.org.add_tax("VAT 20%", Decimal(20))
    zoho.org.add_tax("VAT 5%", Decimal(5))
    told = zoho.api("GET", "org/taxes").json["org_taxes"]
    assert [(each["name"], each["value"]) for each in told["taxes"]] == [("VAT 20%", 20), ("VAT 5%", 5)]
    assert zoho.api("GET", f"org/taxes/{tax.id}").json["org_taxes"]["taxes"][0]["name"] == "VAT 20%"


def test_the_signed_in_user_is_the_current_one(zoho: Zoho) -> None:
    (user,) = zoho.api("GET", "users", query={"type": "CurrentUser"}).json["users"]
    assert (user["id"], user["status"]) == (zoho.org.user.id, "active")
    assert zoho.api("GET", "users", query={"type": "Anybody"}).status == 400


@pytest.mark.parametrize(
    "wrong",
    [{"dc": "mars"}, {"edition": "golden"}, {"time_zone": "Nowhere"}, {"multi_currency": True, "edition": "free"}],
)
def test_an_org_that_cannot_be_is_refused(zoho: Zoho, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"one of|neither|needs"):
        zoho.mount.state.add_org(**({"company_name": "X", "dc": "eu"} | wrong))


def test_an_offset_zone_is_kept(zoho: Zoho) -> None:
    org = zoho.mount.state.add_org(company_name="X", dc="in", time_zone="+05:30")
    assert org.render_time(zoho.core.clock.now()) == "2026-11-02T15:00:00+05:30"


def test_every_lookup_and_subform_leads_somewhere(zoho: Zoho) -> None:
    for table in zoho.org.tables.values():
        for field in table.fields.values():
            target = field.lookup or field.subform
            assert target is None or target == "users" or target in zoho.org.tables
