"""When products become Xero items."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.made_rows import (
    ITEM_ID,
    KEY,
    codes,
    give,
    ledger_item,
    make_context,
    make_mapping,
    make_product,
)

from sync_kit.contracts.vocabulary import Module, ReopenedBy, Sending
from xero_writer.domain.judge import judge
from xero_writer.domain.keys import name_key
from xero_writer.domain.rows import Decision, DecisionKind, LedgerHits, LedgerItem, Link, Sibling, StagedRecord
from xero_writer.domain.verdicts import Action, Held, Need, Needs, ParentRef, Ready, Skipped, Unchanged, WaitsFor

CONTEXT = make_context()
AS_TEXT = make_context(make_mapping(policies={"uncoded_products": "as_text"}))
NAME = "WHITE METAL LANTERN"
OTHER = ParentRef(Module.PRODUCTS, "100")


def judge_hits(record: StagedRecord, *hits: LedgerItem, **changes: Any) -> Any:
    return judge(give(record, hits=LedgerHits(items=hits), **changes), CONTEXT)


def sibling(record_id: str, code: str, name: str = NAME, **changes: Any) -> Sibling:
    return Sibling(record_id, code=code, name_key=name_key(name, KEY), **changes)


def agreed(record: StagedRecord, **facts: Any) -> Link:
    ready = judge(give(record), CONTEXT)
    assert isinstance(ready, Ready)
    return Link(ITEM_ID, ready.digest, facts=replace(ready.facts, **facts))


def test_a_new_product_is_created_under_its_code() -> None:
    verdict = judge(give(make_product()), CONTEXT)
    assert isinstance(verdict, Ready)
    assert (verdict.action, verdict.business_key) == (Action.CREATE, "71053")
    assert (verdict.facts.code, verdict.facts.account_code, verdict.facts.line_text) == ("71053", "200", NAME)


def test_unused_products_do_not_go() -> None:
    assert codes(judge(give(make_product()), make_context(sending=Sending.USED)).reasons) == ["not_used_yet"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changes", "need"), [({"reference": None}, Need.REFERENCE), ({"ledger_read": frozenset()}, Need.LEDGER)]
)
def test_reference_and_ledger_are_read_before_the_first_creation(changes: dict[str, Any], need: Need) -> None:
    verdict = judge(give(make_product()), replace(CONTEXT, **changes))
    assert isinstance(verdict, Needs)
    assert verdict.what == {need}


def test_an_unusable_account_holds_the_creation_and_not_the_link() -> None:
    context = make_context(make_mapping(accounts={"sales": "260"}))
    verdict = judge(give(make_product()), context)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["account_unusable"]
    linked = judge(give(make_product(), hits=LedgerHits(items=(ledger_item(),))), context)
    assert isinstance(linked, Ready)


def test_an_item_of_the_code_is_linked_whatever_its_name() -> None:
    verdict = judge_hits(make_product(), ledger_item(name="Lantern", account_code="201", tracked=True))
    assert isinstance(verdict, Ready)
    assert (verdict.action, verdict.xero_id) == (Action.LINK, ITEM_ID)
    assert (verdict.facts.code, verdict.facts.account_code, verdict.facts.tracked) == ("71053", "201", True)


def test_codes_that_differ_by_capitals_share_an_item_of_the_same_name() -> None:
    verdict = judge_hits(make_product(Product_Code="71053a"), ledger_item("71053A"))
    assert isinstance(verdict, Ready)
    assert (verdict.action, verdict.facts.code) == (Action.LINK, "71053A")


def test_codes_that_differ_by_capitals_and_name_go_as_text() -> None:
    verdict = judge_hits(make_product(Product_Code="71053a"), ledger_item("71053A", name="BLUE CUP"))
    assert isinstance(verdict, Skipped)
    assert codes(verdict.reasons) == ["product_code_clash"]
    assert verdict.facts is not None
    assert (verdict.facts.code, verdict.facts.line_text) == (None, NAME)


def test_the_exact_code_wins_where_xero_knows_both() -> None:
    hits = (ledger_item("71053A", xero_id="upper"), ledger_item("71053a", xero_id="lower"))
    assert judge_hits(make_product(Product_Code="71053a"), *hits).xero_id == "lower"


def test_two_inexact_codes_are_never_guessed_between() -> None:
    hits = (ledger_item("AbC", xero_id="1"), ledger_item("aBc", xero_id="2"))
    assert codes(judge_hits(make_product(Product_Code="abc"), *hits).reasons) == ["ambiguous_match"]


def test_the_lower_crm_id_owns_the_code() -> None:
    verdict = judge(give(make_product("99"), siblings=(sibling("200", "71053"),)), CONTEXT)
    assert isinstance(verdict, Ready)
    assert verdict.action is Action.CREATE
    assert codes(verdict.warnings) == ["product_code_clash"]


def test_the_later_product_of_the_same_name_waits_for_the_item() -> None:
    verdict = judge(give(make_product("200"), siblings=(sibling("99", "71053A"),)), CONTEXT)
    assert isinstance(verdict, WaitsFor)
    assert verdict.parents == (ParentRef(Module.PRODUCTS, "99"),)


def test_the_later_product_of_another_name_goes_as_text() -> None:
    verdict = judge(give(make_product("200"), siblings=(sibling("99", "71053A", "BLUE CUP"),)), CONTEXT)
    assert isinstance(verdict, Skipped)
    assert verdict.facts is not None


def test_a_linked_sibling_owns_the_code_whatever_its_id() -> None:
    owner = sibling("300", "71053A", linked=True, xero_id="its item")
    verdict = judge(give(make_product("200"), siblings=(owner,)), CONTEXT)
    assert isinstance(verdict, Ready)
    assert (verdict.action, verdict.xero_id, verdict.facts.owner) == (Action.LINK, "its item", False)
    assert verdict.facts.code == "71053A"


def test_an_item_of_another_product_is_shared_only_under_the_same_name() -> None:
    hit = ledger_item(linked_to=(OTHER,))
    shared = judge_hits(make_product(), hit)
    assert isinstance(shared, Ready)
    assert shared.facts.owner is False
    foreign = judge_hits(make_product(Product_Name="BLUE CUP"), hit)
    assert isinstance(foreign, Skipped)
    assert codes(foreign.reasons) == ["product_code_clash"]


def test_nothing_is_sent_when_nothing_changed() -> None:
    assert isinstance(judge(give(make_product(), link=agreed(make_product())), CONTEXT), Unchanged)


def test_another_default_account_changes_no_item() -> None:
    context = make_context(make_mapping(accounts={"sales": "201"}))
    assert isinstance(judge(give(make_product(), link=agreed(make_product())), context), Unchanged)


def test_an_update_looks_at_xero_first() -> None:
    given = give(make_product(Unit_Price=Decimal(4)), link=agreed(make_product()))
    verdict = judge(given, make_context(swept=frozenset()))
    assert isinstance(verdict, Needs)
    assert verdict.what == {Need.SWEEP}


def test_a_new_price_leaves_account_and_tax_as_xero_has_them() -> None:
    given = give(
        make_product(Unit_Price=Decimal(4)),
        link=agreed(make_product()),
        hits=LedgerHits(items=(ledger_item(account_code="201", tax_type="RROUTPUT"),)),
    )
    verdict = judge(given, CONTEXT)
    assert isinstance(verdict, Ready)
    assert verdict.element == {
        "ItemID": ITEM_ID,
        "Code": "71053",
        "SalesDetails": {"UnitPrice": Decimal("4.0000"), "AccountCode": "201", "TaxType": "RROUTPUT"},
    }


def test_the_price_of_tracked_stock_is_left_alone() -> None:
    given = give(
        make_product(Unit_Price=Decimal(4)),
        link=agreed(make_product()),
        hits=LedgerHits(items=(ledger_item(tracked=True),)),
    )
    assert isinstance(judge(given, CONTEXT), Unchanged)


def test_a_new_code_that_another_item_has_is_held() -> None:
    given = give(
        make_product(Product_Code="other"),
        link=agreed(make_product()),
        hits=LedgerHits(items=(ledger_item(), ledger_item("OTHER", xero_id="x"))),
    )
    verdict = judge(given, CONTEXT)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["item_code_taken"]


def test_an_item_deleted_in_xero_is_not_made_again() -> None:
    verdict = judge(give(make_product(Unit_Price=Decimal(4)), link=agreed(make_product())), CONTEXT)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["ended_in_xero"]


def test_a_product_deleted_in_the_crm_is_left_alone() -> None:
    assert codes(judge(give(make_product(deleted=True)), CONTEXT).reasons) == ["deleted_before_sync"]  # type: ignore[union-attr]
    link = agreed(make_product())
    assert isinstance(judge(give(make_product(deleted=True), link=link), CONTEXT), Unchanged)


def test_a_product_without_a_code_is_held_before_the_ledger_is_read() -> None:
    verdict = judge(give(make_product(Product_Code=None)), make_context(ledger_read=frozenset()))
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["product_code_missing"]


def test_a_new_name_of_tracked_stock_goes_without_the_price() -> None:
    given = give(
        make_product(Unit_Price=Decimal(4), Product_Name="NEW"),
        link=agreed(make_product()),
        hits=LedgerHits(items=(ledger_item(tracked=True),)),
    )
    verdict = judge(given, CONTEXT)
    assert isinstance(verdict, Ready)
    assert verdict.element == {"ItemID": ITEM_ID, "Code": "71053", "Name": "NEW"}


def test_a_linked_product_that_lost_its_code_is_held() -> None:
    given = give(
        make_product(Unit_Price=Decimal(4), Product_Code=None),
        link=agreed(make_product()),
        hits=LedgerHits(items=(ledger_item(),)),
    )
    verdict = judge(given, CONTEXT)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["product_code_missing"]


def test_who_does_not_own_a_shared_item_writes_nothing_to_it() -> None:
    given = give(
        make_product(Unit_Price=Decimal(4)),
        link=agreed(make_product(), owner=False),
        hits=LedgerHits(items=(ledger_item(),)),
    )
    assert isinstance(judge(given, CONTEXT), Unchanged)


def test_the_name_of_the_product_that_has_the_item_counts_though_xero_calls_it_otherwise() -> None:
    hit = ledger_item(name="renamed by a person", linked_to=(OTHER,))
    same = judge_hits(make_product(), hit, siblings=(sibling("100", "71053"), sibling("101", "71053", "BLUE CUP")))
    assert isinstance(same, Ready)
    others = (sibling("100", "71053", "BLUE CUP"), sibling("101", "71053"))
    assert isinstance(judge_hits(make_product(), hit, siblings=others), Skipped)


def test_a_change_that_keeps_the_code_is_no_collision() -> None:
    hits = LedgerHits(items=(ledger_item(), ledger_item("71053", xero_id="in other capitals")))
    given = give(make_product(Unit_Price=Decimal(4)), link=agreed(make_product()), hits=hits)
    assert isinstance(judge(given, CONTEXT), Ready)


def test_a_new_code_collides_only_with_its_own_like() -> None:
    hits = LedgerHits(items=(ledger_item(), ledger_item("OTHER", xero_id="x"), ledger_item("third", xero_id="y")))
    given = give(make_product(Product_Code="other"), link=agreed(make_product()), hits=hits)
    assert isinstance(judge(given, CONTEXT), Held)


def test_a_product_without_a_code_goes_as_text_by_policy() -> None:
    verdict = judge(give(make_product(Product_Code=None)), AS_TEXT)
    assert isinstance(verdict, Skipped)
    assert codes(verdict.reasons) == ["product_code_missing"]
    assert verdict.facts is not None
    assert (verdict.facts.code, verdict.facts.line_text) == (None, NAME)
    assert ReopenedBy.MAPPING in verdict.watches


def test_a_product_whose_box_is_not_ticked_does_not_go() -> None:
    context = make_context(make_mapping(gates={"products": "Add_to_Xero"}))
    verdict = judge(give(make_product(Add_to_Xero=False)), context)
    assert isinstance(verdict, Skipped)
    assert codes(verdict.reasons) == ["not_ticked"]


def test_a_free_new_code_is_given_to_the_products_own_item() -> None:
    given = give(make_product(Product_Code="new"), link=agreed(make_product()), hits=LedgerHits(items=(ledger_item(),)))
    verdict = judge(given, CONTEXT)
    assert isinstance(verdict, Ready)
    assert verdict.element == {"ItemID": ITEM_ID, "Code": "new"}


def test_a_recoded_product_moves_to_the_item_of_its_new_code_when_that_is_nobody_elses() -> None:
    new = ledger_item("new", xero_id="new item", account_code="201")
    given = give(
        make_product(Product_Code="new"), link=agreed(make_product()), hits=LedgerHits(items=(ledger_item(), new))
    )
    verdict = judge(given, CONTEXT)
    assert isinstance(verdict, Ready)
    assert (verdict.action, verdict.xero_id, verdict.element) == (Action.LINK, "new item", None)
    assert (verdict.facts.code, verdict.facts.account_code) == ("new", "201")
    for taken in (replace(new, linked_to=(OTHER,)), ledger_item("new", "BLUE CUP", xero_id="new item")):
        held = judge(replace(given, hits=LedgerHits(items=(ledger_item(), taken))), CONTEXT)
        assert isinstance(held, Held)
        assert codes(held.reasons) == ["item_code_taken"]


def test_a_recoded_product_that_shared_an_item_gets_one_of_its_own() -> None:
    link = agreed(make_product(), owner=False)
    verdict = judge(give(make_product(Product_Code="new"), link=link, hits=LedgerHits(items=(ledger_item(),))), CONTEXT)
    assert isinstance(verdict, Ready)
    assert verdict.action is Action.CREATE
    found = judge_hits(make_product(Product_Code="new"), ledger_item("new", xero_id="its item"), link=link)
    assert (found.action, found.xero_id) == (Action.LINK, "its item")


def test_a_recoded_product_never_goes_on_under_a_shared_item_as_text() -> None:
    link = agreed(make_product(), owner=False)
    foreign = ledger_item("new", "BLUE CUP", xero_id="x", linked_to=(OTHER,))
    verdict = judge_hits(make_product(Product_Code="new"), foreign, link=link)
    assert codes(verdict.reasons) == ["item_code_taken"]


def test_a_person_chooses_between_codes_that_xero_may_not_tell_apart() -> None:
    hits = (ledger_item("AbC", xero_id="1"), ledger_item("aBc", xero_id="2", name="Other"))
    decision = Decision(DecisionKind.LINK, "2")
    verdict = judge_hits(make_product(Product_Code="abc"), *hits, decision=decision)
    assert (verdict.action, verdict.xero_id) == (Action.LINK, "2")


def test_a_new_purchase_price_leaves_the_sales_side_alone() -> None:
    context = make_context(make_mapping(fields={"products": {"PurchaseDetails.UnitPrice": {"field": "Cost"}}}))
    ready = judge(give(make_product(Cost=Decimal(1))), context)
    assert isinstance(ready, Ready)
    current = ledger_item(purchase_account_code="311", purchase_tax_type="INPUT2")
    given = give(
        make_product(Cost=Decimal(2)),
        link=Link(ITEM_ID, ready.digest, facts=ready.facts),
        hits=LedgerHits(items=(current,)),
    )
    verdict = judge(given, context)
    assert isinstance(verdict, Ready)
    assert verdict.element == {
        "ItemID": ITEM_ID,
        "Code": "71053",
        "PurchaseDetails": {"UnitPrice": Decimal("2.0000"), "AccountCode": "311", "TaxType": "INPUT2"},
    }
