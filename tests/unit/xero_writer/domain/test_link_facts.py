"""The facts of a link as JSON."""

from datetime import date

from sync_kit.contracts.codec import dumps, loads
from xero_writer.domain.link_facts import LinkedLine, LinkFacts, link_facts_from_json

FULL = LinkFacts(
    field_digests={"Name": "d"},
    xero_field_digests={"Name": "e"},
    crm_status="Approved",
    dated=date(2010, 12, 1),
    lines=(LinkedLine("1", "x", "200", "NONE"), LinkedLine("2")),
    code="c",
    account_code="200",
    tax_type="NONE",
    line_text="t",
    tracked=True,
    owner=False,
    terms_day=0,
    terms_type="DAYSAFTERBILLDATE",
)


def test_facts_survive_json() -> None:
    assert link_facts_from_json(loads(dumps(FULL.to_json()))) == FULL


def test_defaults_take_no_room_and_read_back() -> None:
    assert LinkFacts().to_json() == {}
    assert link_facts_from_json(None) == link_facts_from_json({}) == LinkFacts()


def test_a_later_versions_fact_is_passed_over() -> None:
    assert link_facts_from_json({"code": "c", "colour": "red"}) == LinkFacts(code="c")
