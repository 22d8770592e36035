"""An organisation that is not registered for tax cannot charge any."""

from decimal import Decimal

from tests.unit.xero_writer.domain.documents.mapped_lines import VAT, map_lines
from tests.unit.xero_writer.domain.made_rows import codes, make_line, make_mapping, make_reference

BARE = make_reference(pays_tax=False)


def test_tax_that_the_organisation_may_not_charge_is_one_reason_for_the_document() -> None:
    lines = [make_line(Line_Tax=VAT), make_line(id="2", Line_Tax=[{"name": "?", "percentage": Decimal(5)}])]
    mapped = map_lines(*lines, total="45.77", reference=BARE)
    assert codes(mapped.faults) == ["tax_not_registered"]
    assert mapped.faults[0].facts["amount"] == "5.09"
    assert mapped.expected_total is None


def test_tax_within_inclusive_amounts_is_charged_too() -> None:
    mapped = map_lines(
        make_line(Line_Tax=VAT), total="20.34", reference=BARE, mapping=make_mapping(amounts="inclusive")
    )
    assert codes(mapped.faults) == ["tax_not_registered"]
    assert mapped.faults[0].facts["amount"] == "3.39"


def test_documents_without_tax_go() -> None:
    assert map_lines(make_line(), total="20.34", reference=BARE).faults == ()
    nil = make_mapping(amounts="none")
    assert map_lines(make_line(Line_Tax=VAT), total="20.34", reference=BARE, mapping=nil).faults == ()


def test_a_registration_that_xero_does_not_tell_is_no_obstacle() -> None:
    assert map_lines(make_line(Line_Tax=VAT), total="24.41", reference=make_reference(pays_tax=None)).faults == ()
