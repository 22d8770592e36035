"""What a change of the mapping is said to bring about, in records and in calls."""

from decimal import Decimal
from typing import Any

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.mapping_change import (
    KnownRecords,
    MappingEffect,
    ReadAgain,
    WaitingForMapping,
    describe_effect,
    estimate_effect,
)
from xero_writer.domain.mapping_model import TenantMapping, default_mapping

KNOWN = {Module.INVOICES: KnownRecords(10_000, 9_900), Module.ACCOUNTS: KnownRecords(2_000, 2_000)}


def change(after: dict[str, Any], **given: Any) -> MappingEffect:
    facts: dict[str, Any] = {"known": KNOWN, "waiting": (), "read_already": {}, **given}
    return estimate_effect(default_mapping(), TenantMapping.model_validate(after), **facts)


def held(module: Module = Module.INVOICES, *codes: str, **facts: Any) -> WaitingForMapping:
    return WaitingForMapping(module, codes or ("status_unmapped",), **facts)


def test_an_equal_mapping_moves_nothing() -> None:
    effect = change({}, waiting=[held()])
    assert (effect.reopened_records, effect.read_again, effect.zoho_calls, effect.xero_calls) == (0, (), 0, 0)
    assert effect.not_touched == {Module.INVOICES: 9_900, Module.ACCOUNTS: 2_000}


def test_held_records_are_counted_by_module_and_reason_with_their_money() -> None:
    waiting = [
        held(total=Decimal("10.50"), currency="GBP"),
        held(Module.INVOICES, "status_unmapped", "tax_unmapped", total=Decimal("1.25"), currency="GBP"),
        held(Module.INVOICES, "tax_unmapped", total=Decimal(7), currency="EUR"),
        held(Module.PRODUCTS, "not_ticked"),
    ]
    effect = change({"accounts": {"sales": "200"}}, waiting=waiting)
    assert effect.reopened_records == 4
    assert [(each.module, each.code, each.records, dict(each.money)) for each in effect.reopened] == [
        (Module.INVOICES, "status_unmapped", 2, {"GBP": Decimal("11.75")}),
        (Module.INVOICES, "tax_unmapped", 2, {"GBP": Decimal("1.25"), "EUR": Decimal(7)}),
        (Module.PRODUCTS, "not_ticked", 1, {}),
    ]
    assert (effect.zoho_calls, effect.xero_calls) == (0, 2)


def test_records_without_payload_are_read_by_id_with_their_lines() -> None:
    waiting = [held(payload_gone=True) for _ in range(51)]
    assert change({"accounts": {"sales": "200"}}, waiting=waiting).zoho_calls == 4
    waiting = [held(Module.PRODUCTS, payload_gone=True) for _ in range(51)]
    assert change({"accounts": {"sales": "200"}}, waiting=waiting).zoho_calls == 2


def test_a_new_field_of_invoices_reads_them_whole_with_their_lines() -> None:
    effect = change({"fields": {"invoices": {"Reference": {"field": "Cost_Centre"}}}}, lines_a_document=Decimal(3))
    assert effect.read_again == (ReadAgain(Module.INVOICES, ("Cost_Centre",), 10_000, 5 + 15),)
    assert (effect.zoho_calls, effect.xero_calls) == (20, 200)
    assert effect.not_touched == {Module.ACCOUNTS: 2_000}


def test_accounts_and_contacts_are_read_together() -> None:
    effect = change({"fields": {"contacts": {"TaxNumber": {"field": "VAT_No"}}}})
    assert [(each.module, each.fields) for each in effect.read_again] == [
        (Module.ACCOUNTS, ()),
        (Module.CONTACTS, ("VAT_No",)),
    ]


def test_a_field_that_is_read_today_costs_nothing() -> None:
    after = {"fields": {"accounts": {"AccountNumber": {"field": "Account_Number"}}}}
    assert change(after, read_already={Module.ACCOUNTS: frozenset({"Account_Number"})}).read_again == ()
    assert change(after).read_again != ()


def test_records_that_are_read_whole_are_not_wanted_by_id_too() -> None:
    after = {"fields": {"invoices": {"Reference": {"field": "Cost_Centre"}}}}
    with_held = change(after, waiting=[held(payload_gone=True)], lines_a_document=Decimal(3))
    assert with_held.zoho_calls == 20


def test_the_effect_is_told_in_sentences() -> None:
    effect = change(
        {"fields": {"invoices": {"Reference": {"field": "Cost_Centre"}}}},
        waiting=[held(), held()],
        lines_a_document=Decimal(3),
    )
    assert describe_effect(effect) == [
        "2 records that the mapping held back or left out are judged again by the next sync.",
        "All invoices (10,000) are read from the CRM once more, because Cost_Centre was not read before; what then "
        "differs from Xero is updated there, as far as it is not locked.",
        "2,000 records that are agreed with Xero stay as they are until they change in the CRM.",
        "At most 20 calls to Zoho CRM and 200 to Xero beyond those of an ordinary sync.",
    ]
    assert describe_effect(MappingEffect()) == ["Nothing is judged or read again."]
