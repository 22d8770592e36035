"""What staged records are found by."""

import pytest
from tests.unit.xero_writer.domain.made_rows import (
    ACCOUNT,
    KEY,
    PRODUCT,
    make_account,
    make_contact,
    make_invoice,
    make_line,
    make_mapping,
    make_product,
)

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain import keys
from xero_writer.domain.judge import find_record_keys, list_missing_fields, list_parents
from xero_writer.domain.mapping_model import list_crm_fields
from xero_writer.domain.rows import RecordKeys
from xero_writer.domain.verdicts import ParentRef

MAPPING = make_mapping()


def test_an_account_is_found_by_number_name_and_its_main_persons_address() -> None:
    record = make_account(Contacts=[{"id": "1", "Last_Name": "A", "Email": "A@x.example"}])
    found = find_record_keys(record, MAPPING, KEY)
    assert found == RecordKeys(
        name=keys.name_key("Customer 17850", KEY),
        email=keys.email_key("a@x.example", KEY),
        number=keys.number_key("100", KEY),
        loose=keys.loose_name_key("Customer 17850", KEY),
    )


def test_a_product_is_found_by_its_code_without_capitals() -> None:
    upper = find_record_keys(make_product(Product_Code="AB"), MAPPING, KEY)
    assert upper.business == find_record_keys(make_product(Product_Code="ab"), MAPPING, KEY).business
    assert find_record_keys(make_product(Product_Code=None), MAPPING, KEY).business is None


def test_an_invoice_claims_its_number_only_while_it_goes() -> None:
    assert find_record_keys(make_invoice(), MAPPING, KEY).business == keys.number_key("536365", KEY)
    for status in ("Created", "Canceled", "Shipped", None):
        assert find_record_keys(make_invoice(Status=status), MAPPING, KEY).business is None


def test_the_claimed_number_follows_the_mapping() -> None:
    mapping = make_mapping(number_fields={"invoices": "Sales_Number"})
    record = make_invoice(Sales_Number="S-1")
    assert find_record_keys(record, mapping, KEY).business == keys.number_key("S-1", KEY)


@pytest.mark.parametrize("record", [make_invoice(deleted=True), make_account(deleted=True), make_product(deleted=True)])
def test_deleted_records_claim_nothing(record: object) -> None:
    assert find_record_keys(record, MAPPING, KEY) == RecordKeys()  # type: ignore[arg-type]


def test_an_invoice_refers_to_its_customer_and_each_product_once() -> None:
    lines = [make_line(), make_line(id="2"), make_line(id="3", Product_Name=None)]
    assert list_parents(make_invoice(lines=lines)) == (ACCOUNT, PRODUCT)


def test_a_person_refers_to_the_account() -> None:
    assert list_parents(make_contact(Account_Name={"id": "100"})) == (ParentRef(Module.ACCOUNTS, "100"),)
    assert list_parents(make_contact()) == list_parents(make_account()) == ()


def test_fields_that_the_reader_did_not_know_yet_are_named() -> None:
    asked = list_crm_fields(make_mapping(number_fields={"invoices": "Sales_Number"}))[Module.INVOICES]
    assert list_missing_fields(make_invoice().fields, asked) == ("Sales_Number",)
    assert list_missing_fields(make_invoice(Sales_Number=None).fields, asked) == ()


def test_a_record_without_any_fields_lacks_none() -> None:
    assert list_missing_fields({}, ("Sales_Number",)) == ()
