"""The fault menu: which rule strikes which call."""

import pytest

from vendor_sandbox.core.faults import FaultMenu, FaultRefusedError


def take(menu: FaultMenu, method: str = "POST", path: str = "/api.xro/2.0/Invoices", body: bytes = b"") -> str | None:
    rule = menu.take_rule("xero", method, path, body)
    return rule.id if rule else None


def test_a_rule_strikes_as_often_as_it_says_and_then_no_more() -> None:
    menu = FaultMenu()
    rule_id = menu.add_rule("xero", "lost_answer", times=2)
    assert [take(menu) for _ in range(3)] == [rule_id, rule_id, None]


def test_a_rule_lets_calls_pass_first() -> None:
    menu = FaultMenu()
    rule_id = menu.add_rule("xero", "lost_answer", skip=2)
    assert [take(menu) for _ in range(4)] == [None, None, rule_id, None]


def test_a_rule_may_strike_always() -> None:
    menu = FaultMenu()
    rule_id = menu.add_rule("xero", "lost_answer", times=-1)
    assert {take(menu) for _ in range(50)} == {rule_id}


def test_calls_that_do_not_match_are_neither_struck_nor_counted_as_passed() -> None:
    menu = FaultMenu()
    rule_id = menu.add_rule("xero", "lost_answer", method="post", path="Invoices$", body='"INV-7"', skip=1)
    assert take(menu, method="GET", body=b'"INV-7"') is None
    assert take(menu, path="/api.xro/2.0/Contacts", body=b'"INV-7"') is None
    assert take(menu, body=b'"INV-8"') is None
    assert menu.take_rule("zoho", "POST", "/api.xro/2.0/Invoices", b'"INV-7"') is None
    assert [take(menu, body=b'"INV-7"') for _ in range(2)] == [None, rule_id]


def test_the_oldest_rule_that_still_has_strikes_is_used() -> None:
    menu = FaultMenu()
    first = menu.add_rule("xero", "lost_answer")
    second = menu.add_rule("xero", "lost_request")
    assert [take(menu) for _ in range(3)] == [first, second, None]


def test_a_removed_rule_strikes_no_more() -> None:
    menu = FaultMenu()
    rule_id = menu.add_rule("xero", "lost_answer")
    assert menu.remove_rule(rule_id)
    assert not menu.remove_rule(rule_id)
    assert take(menu) is None


@pytest.mark.parametrize(
    "rule",
    [
        {"vendor": "sage", "kind": "slow", "seconds": 1},
        {"vendor": "xero", "kind": "explode"},
        {"vendor": "xero", "kind": "slow"},
        {"vendor": "xero", "kind": "status"},
        {"vendor": "xero", "kind": "status", "status": "500"},
        {"vendor": "xero", "kind": "lost_answer", "delay_seconds": 3},
        {"vendor": "xero", "kind": "rate_limit", "problem": "century"},
        {"vendor": "xero", "kind": "lost_answer", "path": "("},
        {"vendor": "xero", "kind": "lost_answer", "times": 0},
        {"vendor": "xero", "kind": "lost_answer", "skip": -1},
        {"vendor": "zoho", "kind": "whole_400_wrote_half"},
        {"vendor": "xero", "kind": "call"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: dict[str, object]) -> None:
    with pytest.raises(FaultRefusedError):
        FaultMenu().add_rule(**rule)  # type: ignore[arg-type]
