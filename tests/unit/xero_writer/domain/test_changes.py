"""What a rehearsed update would change, in words."""

from decimal import Decimal
from typing import Any

from sync_kit.contracts.events import RecordLabel
from xero_writer.domain.changes import list_changes
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.verdicts import Action, Ready


def make_update(element: dict[str, Any], *changed: str, name: str | None = None) -> Ready:
    return Ready(
        Action.UPDATE,
        "digest",
        LinkFacts(),
        RecordLabel(name=name),
        "1",
        xero_id="x",
        element={"InvoiceID": "x", **element},
        changed_fields=changed,
    )


def tell(verdict: Ready, now: dict[str, Any] | None) -> list[tuple[str, str | None, str | None]]:
    return [(change.field, change.before, change.after) for change in list_changes(verdict, now)]


def test_dates_are_the_same_in_each_of_xeros_spellings() -> None:
    verdict = make_update({"Date": "2026-11-01", "DueDate": "2026-12-24"}, "Date", "DueDate")
    now = {"Date": "/Date(1793491200000+0000)/", "DueDate": "/Date(1796083200000+0000)/"}
    assert tell(verdict, now) == [("DueDate", "2026-12-01", "2026-12-24")]


def test_lines_are_told_once_and_whole() -> None:
    lines = [{"ItemCode": "P1", "Description": "Lantern", "Quantity": Decimal("2.0"), "UnitAmount": Decimal("12.50")}]
    now = {"LineItems": [{**lines[0], "UnitAmount": Decimal("10.0000"), "LineItemID": "l"}]}
    verdict = make_update({"LineItems": lines}, "LineAmounts", "LineTexts")
    assert tell(verdict, now) == [("LineItems", "2 x 10 P1 Lantern", "2 x 12.5 P1 Lantern")]


def test_a_contact_is_told_by_its_name() -> None:
    verdict = make_update({"Contact": {"ContactID": "c2"}}, "Contact", name="New Ltd")
    assert tell(verdict, {"Contact": {"ContactID": "c1", "Name": "Old Ltd"}}) == [("Contact", "Old Ltd", "New Ltd")]


def test_what_was_not_asked_for_has_no_before() -> None:
    assert tell(make_update({"Reference": "R"}, "Reference"), None) == [("Reference", None, "R")]


def test_a_long_text_is_cut() -> None:
    [(_, _, after)] = tell(make_update({"Reference": "x" * 900}, "Reference"), {})
    assert after is not None
    assert len(after) == 500


def test_what_is_not_sent_is_not_told() -> None:
    assert tell(make_update({"Reference": "R"}, "Reference", "Phones"), {"Reference": "R"}) == []
