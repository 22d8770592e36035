"""Tracking options of a document's lines."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.documents.mapped_lines import VAT, map_lines
from tests.unit.xero_writer.domain.made_rows import codes, make_line, make_mapping

from xero_writer.domain.mapped import MappedDocument


def map_tracked(choice: dict[str, Any], **header: Any) -> MappedDocument:
    mapping = make_mapping(tracking={"invoices": [{"category": "Region", **choice}]})
    return map_lines(make_line(Line_Tax=VAT), mapping=mapping, total="22.41", Discount=Decimal("1.67"), **header)


def test_every_line_carries_the_option_of_the_crms_field() -> None:
    lines = map_tracked({"field": "Area"}, Area="north").element["LineItems"]
    assert len(lines) == 2
    assert [line["Tracking"] for line in lines] == [[{"Name": "Region", "Option": "North"}]] * 2


def test_values_are_translated_and_lookups_have_names() -> None:
    choice = {"field": "Area", "values": {"Leeds": "North"}}
    for value in ("Leeds", {"id": "1", "name": "Leeds"}):
        lines = map_tracked(choice, Area=value).element["LineItems"]
        assert lines[0]["Tracking"][0]["Option"] == "North"


def test_a_blank_field_takes_the_default_or_nothing() -> None:
    assert map_tracked({"field": "Area", "default": "South"}, Area=None).element["LineItems"][0]["Tracking"] == [
        {"Name": "Region", "Option": "South"}
    ]
    assert "Tracking" not in map_tracked({"field": "Area"}, Area=None).element["LineItems"][0]
    assert map_tracked({"default": "South"}).element["LineItems"][0]["Tracking"][0]["Option"] == "South"


@pytest.mark.parametrize(
    ("choice", "value"), [({}, "West"), ({}, "East"), ({"category": "Old"}, "North"), ({"category": "Team"}, "North")]
)
def test_what_is_no_active_option_holds(choice: dict[str, Any], value: str) -> None:
    mapped = map_tracked({"field": "Area", **choice}, Area=value)
    assert codes(mapped.faults) == ["tracking_unknown"]
    assert mapped.faults[0].facts["value"] == value


def test_a_field_that_the_crm_does_not_send_is_a_broken_mapping() -> None:
    assert codes(map_tracked({"field": "Area"}).faults) == ["mapping_broken"]
