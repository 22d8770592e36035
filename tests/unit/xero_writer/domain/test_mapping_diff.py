"""The differences of two mappings, by the paths that faults use too."""

from typing import Any

from xero_writer.domain.mapping_diff import diff_mappings
from xero_writer.domain.mapping_model import TenantMapping


def diff(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, object, object]]:
    found = diff_mappings(TenantMapping.model_validate(before), TenantMapping.model_validate(after))
    return [(each.path, each.before, each.after) for each in found]


def test_equal_mappings_have_no_differences() -> None:
    assert diff({}, {"amounts": "exclusive"}) == []


def test_every_place_is_named_with_before_and_after() -> None:
    before = {
        "taxes": {"sales": {"VAT": "OUTPUT2", "Old": "NONE"}},
        "accounts": {"sales": "200", "by_product": {"CARR": {"sales": "420"}}},
        "statuses": {"invoices": {"Approved": "DRAFT"}},
    }
    after = {
        "taxes": {"sales": {"VAT": "OUTPUT"}, "untaxed_sales": "NONE"},
        "accounts": {"sales": "200", "by_product": {"CARR": {"sales": "421"}}},
        "statuses": {"invoices": {"Approved": "AUTHORISED", "Sent out": "wait"}},
        "fields": {"accounts": {"Phones.MOBILE": {"field": "Cell"}}},
        "tracking": {"invoices": [{"category": "Region", "field": "Area", "values": {"N": "North"}}]},
        "gates": {"invoices": "Add_to_Xero"},
        "policies": {"bills_beyond_draft": True},
        "amounts_field": "Basis",
        "amounts_values": {"Net": "exclusive"},
    }
    assert diff(before, after) == [
        ("statuses.invoices['Approved']", "DRAFT", "AUTHORISED"),
        ("taxes.sales['VAT']", "OUTPUT2", "OUTPUT"),
        ("taxes.sales['Old']", "NONE", None),
        ("accounts.by_product['CARR'].sales", "420", "421"),
        ("policies.bills_beyond_draft", False, True),
        ("statuses.invoices['Sent out']", None, "wait"),
        ("taxes.untaxed_sales", None, "NONE"),
        ("fields.accounts['Phones.MOBILE'].field", None, "Cell"),
        ("tracking.invoices[0].category", None, "Region"),
        ("tracking.invoices[0].field", None, "Area"),
        ("tracking.invoices[0].values['N']", None, "North"),
        ("gates.invoices", None, "Add_to_Xero"),
        ("amounts_field", None, "Basis"),
        ("amounts_values['Net']", None, "exclusive"),
    ]


def test_turning_round_the_versions_turns_round_the_differences() -> None:
    one, other = {"policies": {"due_days": 30}}, {"accounts": {"sales": "200"}}
    assert {(path, after, before) for path, before, after in diff(one, other)} == set(diff(other, one))
