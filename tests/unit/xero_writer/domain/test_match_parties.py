"""Near names, merged contacts, names that are taken, and what a person decides about parties."""

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.xero_writer.domain.made_rows import (
    CONTACT_ID,
    KEY,
    codes,
    give,
    ledger_contact,
    make_account,
    make_context,
    make_mapping,
)

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain import keys
from xero_writer.domain.judge import judge
from xero_writer.domain.rows import Decision, DecisionKind, LedgerHits, Link, StagedRecord
from xero_writer.domain.verdicts import Action, Held, ParentRef, Ready, Unchanged

CONTEXT = make_context()
SUFFIX = make_context(make_mapping(policies={"names": "suffix"}))
OTHER = ParentRef(Module.ACCOUNTS, "999")
CREATE_NEW = Decision(DecisionKind.CREATE_NEW)
SMITH: dict[str, Any] = {"Account_Name": "Smith & Sons Ltd", "Billing_City": "Leeds"}


def judge_hits(record: StagedRecord, *hits: Any, **changes: Any) -> Any:
    context = changes.pop("context", CONTEXT)
    return judge(give(record, hits=LedgerHits(contacts=hits), **changes), context)


def agreed(record: StagedRecord, **facts: Any) -> Link:
    ready = judge(give(record), CONTEXT)
    assert isinstance(ready, Ready)
    return Link(CONTACT_ID, ready.digest, facts=replace(ready.facts, **facts))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Smith & Sons Ltd", "Smith and Sons Limited"),
        ("SMITH-SONS", "Smith Sons, Inc."),
        ("Müller GmbH", "Muller"),
        ("O'Neill plc", "ONeill P.L.C."),
        ("The Lamp Company", "lamp co"),
    ],
)
def test_names_are_near_without_legal_form_and_punctuation(one: str, other: str) -> None:
    assert keys.loose_name_key(one, KEY) == keys.loose_name_key(other, KEY)


@pytest.mark.parametrize(("one", "other"), [("Smith Leeds", "Smith York"), ("The Company Ltd", "Limited Inc")])
def test_names_with_other_words_are_not_near(one: str, other: str) -> None:
    assert keys.loose_name_key(one, KEY) != keys.loose_name_key(other, KEY)


def test_a_near_name_in_the_same_town_is_asked_about_and_never_linked() -> None:
    verdict = judge_hits(make_account(**SMITH), ledger_contact("Smith and Sons Limited", town="Leeds"))
    assert isinstance(verdict, Held)
    [reason] = verdict.reasons
    assert (reason.code, reason.facts["count"]) == ("ambiguous_match", 1)
    assert reason.facts["choices"] == [{"xero_id": CONTACT_ID}]


def test_a_near_name_with_the_same_e_mail_address_is_asked_about() -> None:
    people = [{"id": "1", "Last_Name": "A"}, {"id": "2", "Last_Name": "B", "Email": "b@smith.example"}]
    record = make_account(Account_Name="Smith Ltd", Contacts=people)
    hit = ledger_contact("Smith", email="b@smith.example")
    assert codes(judge_hits(record, hit, email_holders=1).reasons) == ["ambiguous_match"]


def test_a_near_name_alone_is_no_sign() -> None:
    assert judge_hits(make_account(**SMITH), ledger_contact("Smith and Sons")).action is Action.CREATE
    elsewhere = ledger_contact("Smith and Sons", town="York")
    assert judge_hits(make_account(**SMITH), elsewhere).action is Action.CREATE


def test_an_archived_near_name_is_no_sign() -> None:
    hit = ledger_contact("Smith and Sons", town="Leeds", status="ARCHIVED")
    assert judge_hits(make_account(**SMITH), hit).action is Action.CREATE


def test_the_exact_name_goes_before_near_ones() -> None:
    near = ledger_contact("Smith and Sons", town="Leeds", xero_id="near")
    verdict = judge_hits(make_account(**SMITH), ledger_contact("Smith & Sons Ltd", town="Leeds"), near)
    assert (verdict.action, verdict.xero_id) == (Action.LINK, CONTACT_ID)


def test_a_person_links_a_near_name() -> None:
    near = ledger_contact("Smith and Sons", town="Leeds")
    verdict = judge_hits(make_account(**SMITH), near, decision=Decision(DecisionKind.LINK, CONTACT_ID))
    assert (verdict.action, verdict.xero_id, verdict.element) == (Action.LINK, CONTACT_ID, None)


def test_a_person_says_that_a_near_name_is_another_firm() -> None:
    verdict = judge_hits(make_account(**SMITH), ledger_contact("Smith and Sons", town="Leeds"), decision=CREATE_NEW)
    assert verdict.action is Action.CREATE
    assert verdict.element["Name"] == "Smith & Sons Ltd"


def test_a_choice_that_xero_does_not_show_any_more_is_asked_again() -> None:
    near = ledger_contact("Smith and Sons", town="Leeds")
    verdict = judge_hits(make_account(**SMITH), near, decision=Decision(DecisionKind.LINK, "gone"))
    assert codes(verdict.reasons) == ["ambiguous_match"]


def test_a_chosen_contact_that_was_archived_meanwhile_is_not_linked() -> None:
    hit = ledger_contact(status="ARCHIVED")
    verdict = judge_hits(make_account(), hit, decision=Decision(DecisionKind.LINK, CONTACT_ID))
    assert codes(verdict.reasons) == ["contact_archived"]


def test_a_chosen_contact_of_another_crm_record_is_shared_and_not_owned() -> None:
    hit = ledger_contact(linked_to=(OTHER,))
    verdict = judge_hits(make_account(), hit, decision=Decision(DecisionKind.LINK, CONTACT_ID))
    assert (verdict.action, verdict.facts.owner) == (Action.LINK, False)


def test_a_taken_name_offers_whose_it_is() -> None:
    [reason] = judge_hits(make_account(), ledger_contact(linked_to=(OTHER,))).reasons
    assert (reason.code, reason.facts["choices"]) == ("name_taken", [{"xero_id": CONTACT_ID}])


@pytest.mark.parametrize(("context", "decision"), [(SUFFIX, None), (CONTEXT, CREATE_NEW)])
def test_a_taken_name_gets_a_suffix_by_policy_or_by_a_person(context: Any, decision: Decision | None) -> None:
    record = make_account("5000000000123456")
    hit = ledger_contact(linked_to=(OTHER,))
    verdict = judge_hits(record, hit, context=context, decision=decision)
    assert verdict.action is Action.CREATE
    assert verdict.element["Name"] == "Customer 17850 (123456)"
    assert keys.name_key("Customer 17850 (123456)", KEY) in verdict.uniqueness_keys


def test_the_suffix_stays_until_the_crm_renames_the_record() -> None:
    record = make_account("5000000000123456")
    created = judge_hits(record, ledger_contact(linked_to=(OTHER,)), context=SUFFIX)
    link = Link(CONTACT_ID, created.digest, facts=created.facts)
    assert isinstance(judge_hits(record, context=SUFFIX, link=link), Unchanged)
    renamed = judge_hits(make_account("5000000000123456", Account_Name="Free Ltd"), context=SUFFIX, link=link)
    assert renamed.element == {"ContactID": CONTACT_ID, "Name": "Free Ltd"}


@pytest.mark.parametrize(("context", "decision"), [(SUFFIX, None), (CONTEXT, CREATE_NEW)])
def test_a_renamed_contact_gets_a_suffix_where_its_new_name_is_taken(context: Any, decision: Decision | None) -> None:
    hits = (ledger_contact(), ledger_contact("Taken Ltd", xero_id="other"))
    record = make_account(Account_Name="Taken Ltd")
    verdict = judge_hits(record, *hits, link=agreed(make_account()), context=context, decision=decision)
    assert verdict.element["Name"] == "Taken Ltd (100)"


def test_a_contact_that_was_merged_before_is_followed_to_what_is_left() -> None:
    loser = ledger_contact(status="ARCHIVED", merged_to="left")
    left = ledger_contact("Customers Ltd", xero_id="left")
    verdict = judge_hits(make_account(), loser, left)
    assert (verdict.action, verdict.xero_id) == (Action.LINK, "left")
    assert codes(verdict.warnings) == ["contact_merged"]


def test_merges_are_followed_to_their_end() -> None:
    first = ledger_contact("Old", number="100", status="ARCHIVED", merged_to="second")
    second = ledger_contact("Older", xero_id="second", status="ARCHIVED", merged_to="third")
    third = ledger_contact("Left Ltd", xero_id="third")
    assert judge_hits(make_account(), first, second, third).xero_id == "third"


def test_merges_that_run_in_a_circle_end_all_the_same() -> None:
    first = ledger_contact(number="100", status="ARCHIVED", merged_to="second")
    second = ledger_contact("B", xero_id="second", status="ARCHIVED", merged_to=CONTACT_ID)
    assert codes(judge_hits(make_account(), first, second).reasons) == ["contact_archived"]


def test_a_link_moves_with_a_merge_and_nothing_is_written() -> None:
    hits = (ledger_contact(status="ARCHIVED", merged_to="left"), ledger_contact("Left Ltd", xero_id="left"))
    verdict = judge_hits(make_account(), *hits, link=agreed(make_account()))
    assert (verdict.action, verdict.xero_id, verdict.facts.owner) == (Action.LINK, "left", True)
    assert codes(verdict.warnings) == ["contact_merged"]


def test_a_change_goes_to_what_is_left_after_a_merge() -> None:
    hits = (ledger_contact(status="ARCHIVED", merged_to="left"), ledger_contact("Left Ltd", xero_id="left"))
    verdict = judge_hits(make_account(Phone="2"), *hits, link=agreed(make_account()))
    assert (verdict.action, verdict.xero_id) == (Action.UPDATE, "left")
    assert verdict.element["ContactID"] == "left"


def test_who_is_merged_into_anothers_contact_owns_it_no_more() -> None:
    left = ledger_contact("Left Ltd", xero_id="left", linked_to=(OTHER,), blanks=frozenset())
    hits = (ledger_contact(status="ARCHIVED", merged_to="left"), left)
    verdict = judge_hits(make_account(Phone="2"), *hits, link=agreed(make_account()))
    assert (verdict.action, verdict.xero_id, verdict.facts.owner) == (Action.LINK, "left", False)
