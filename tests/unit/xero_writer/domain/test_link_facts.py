"""The facts of a link as JSON."""

from datetime import date

from sync_kit.contracts.codec import dumps, loads
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.link_facts import LinkedLine, LinkFacts, line_to_json, link_facts_from_json, read_linked_line

FULL = LinkFacts(
    field_digests={"Name": "d"},
    xero_field_digests={"Name": "e"},
    crm_status="Approved",
    dated=date(2010, 12, 1),
    lines=(LinkedLine("1", "x", "200", "NONE", (("c", "o"),)), LinkedLine("2")),
    kind=XeroKind.BILL,
    code="c",
    account_code="200",
    tax_type="NONE",
    purchase_account_code="310",
    purchase_tax_type="INPUT2",
    line_text="t",
    tracked=True,
    owner=False,
    terms_day=0,
    terms_type="DAYSAFTERBILLDATE",
    bill_terms_day=5,
    bill_terms_type="OFFOLLOWINGMONTH",
    people=("1", "2"),
)


def test_facts_survive_json() -> None:
    assert link_facts_from_json(loads(dumps(FULL.to_json()))) == FULL


def test_defaults_take_no_room_and_read_back() -> None:
    assert LinkFacts().to_json() == {}
    assert link_facts_from_json(None) == link_facts_from_json({}) == LinkFacts()


def test_a_later_versions_fact_is_passed_over() -> None:
    assert link_facts_from_json({"code": "c", "colour": "red"}) == LinkFacts(code="c")


def test_an_account_without_people_is_not_one_whose_people_are_unknown() -> None:
    assert LinkFacts(people=()).to_json() == {"people": []}
    assert link_facts_from_json({"people": []}).people == ()
    assert link_facts_from_json({}).people is None


def test_a_line_survives_json_and_passes_over_what_it_does_not_know() -> None:
    line = LinkedLine("1", "x", "200", "NONE", (("c", "o"),))
    assert read_linked_line(loads(dumps(line_to_json(line)))) == line
    assert read_linked_line({"key": "1", "colour": "red", "tracking": None}) == LinkedLine("1")


def test_the_facts_of_version_0_1_say_no_kind() -> None:
    assert link_facts_from_json({"lines": [{"key": "1", "line_item_id": "x"}]}).kind is None
