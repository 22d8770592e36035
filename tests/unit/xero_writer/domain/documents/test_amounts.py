"""The basis of amounts: a setting, or a field of each document."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.documents.mapped_lines import VAT, map_lines
from tests.unit.xero_writer.domain.made_rows import codes, make_line, make_mapping

from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.mapped import MappedDocument

BY_FIELD = make_mapping(
    amounts_field="Tax_Mode", amounts_values={"Gross": "inclusive", "Net": "exclusive", "true": "inclusive"}
)


def map_mode(value: Any, total: str, **changes: Any) -> MappedDocument:
    return map_lines(make_line(Line_Tax=VAT), mapping=BY_FIELD, total=total, Tax_Mode=value, **changes)


@pytest.mark.parametrize(
    ("value", "total", "words"),
    [
        ("Gross", "20.34", "Inclusive"),
        ("Net", "24.41", "Exclusive"),
        (None, "24.41", "Exclusive"),
        (True, "20.34", "Inclusive"),
    ],
)
def test_a_field_of_the_document_says_the_basis(value: Any, total: str, words: str) -> None:
    mapped = map_mode(value, total)
    assert mapped.faults == ()
    assert mapped.element["LineAmountTypes"] == words


def test_quotes_spell_it_in_capitals() -> None:
    mapped = map_mode("Gross", "20.34", kind=XeroKind.QUOTE)
    assert mapped.element["LineAmountTypes"] == "INCLUSIVE"
    assert mapped.picked["LineAmountTypes"] == "Inclusive"


def test_a_value_without_a_meaning_holds() -> None:
    assert codes(map_mode("Perhaps", "24.41").faults) == ["value_unusable"]


def test_a_field_that_the_crm_does_not_send_is_a_broken_mapping() -> None:
    mapped = map_lines(make_line(Line_Tax=VAT), mapping=BY_FIELD, total="24.41")
    assert codes(mapped.faults) == ["mapping_broken"]


def test_what_the_field_says_is_proven_by_the_total() -> None:
    assert codes(map_mode("Gross", "24.41").faults) == ["tax_basis_unclear"]
    assert Decimal(map_mode("Gross", "24.41").faults[0].facts["inclusive"]) == Decimal("20.34")
