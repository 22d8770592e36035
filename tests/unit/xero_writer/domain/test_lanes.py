"""Which list of Xero's a record belongs to."""

import pytest
from tests.unit.xero_writer.domain.made_rows import make_mapping

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.lanes import LANES, Lane, choose_lane, lane_of, list_feeders
from xero_writer.domain.mapping_model import Side


@pytest.mark.parametrize("module", [Module.ACCOUNTS, Module.CONTACTS, Module.VENDORS])
def test_customers_people_and_suppliers_are_contacts(module: Module) -> None:
    assert lane_of(module, None) is Lane.CONTACTS


def test_a_link_of_the_first_version_is_a_sales_invoice() -> None:
    assert lane_of(Module.INVOICES, None) is Lane.SALES_INVOICES


def test_what_was_made_as_a_bill_stays_one_when_the_mapping_changes() -> None:
    mapping = make_mapping(policies={"purchase_orders_as": "purchase_order"})
    assert choose_lane(Module.PURCHASE_ORDERS, mapping) is Lane.PURCHASE_ORDERS
    assert lane_of(Module.PURCHASE_ORDERS, XeroKind.BILL) is Lane.BILLS


def test_orders_and_invoices_of_the_crm_fill_one_lane() -> None:
    assert list_feeders(Lane.SALES_INVOICES, make_mapping()) == (Module.INVOICES, Module.SALES_ORDERS)
    assert list_feeders(Lane.PURCHASE_ORDERS, make_mapping()) == ()


def test_bills_and_sales_invoices_share_a_path_and_are_told_apart() -> None:
    sales, bills = LANES[Lane.SALES_INVOICES], LANES[Lane.BILLS]
    assert sales.path == bills.path == "Invoices"
    assert (sales.where, bills.where) == ('Type=="ACCREC"', 'Type=="ACCPAY"')
    assert (sales.side, bills.side) == (Side.SALES, Side.PURCHASES)


def test_quotes_come_by_hundreds() -> None:
    assert {lane: words.page_size for lane, words in LANES.items() if words.page_size != 1000} == {Lane.QUOTES: 100}
