"""When accounts and people become Xero contacts."""

from dataclasses import replace
from typing import Any

from tests.unit.xero_writer.domain.made_rows import (
    ACCOUNT,
    CONTACT_ID,
    codes,
    give,
    ledger_contact,
    make_account,
    make_contact,
    make_context,
)

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Outcome, ReopenedBy, Sending
from xero_writer.domain.judge import judge
from xero_writer.domain.rows import JudgeInput, LedgerHits, Link, ParentState, ParentView, StagedRecord
from xero_writer.domain.verdicts import Action, Held, Need, Needs, ParentRef, Ready, Skipped, Unchanged, WaitsFor

CONTEXT = make_context()
OTHER = ParentRef(Module.ACCOUNTS, "999")


def judge_hits(record: StagedRecord, *hits: Any, **changes: Any) -> Any:
    return judge(give(record, hits=LedgerHits(contacts=hits), **changes), CONTEXT)


def agreed(record: StagedRecord, **facts: Any) -> Link:
    ready = judge(give(record), CONTEXT)
    assert isinstance(ready, Ready)
    return Link(CONTACT_ID, ready.digest, facts=replace(ready.facts, **facts))


def test_a_new_account_is_created_under_its_crm_id() -> None:
    verdict = judge(give(make_account()), CONTEXT)
    assert isinstance(verdict, Ready)
    assert (verdict.action, verdict.business_key, verdict.xero_id) == (Action.CREATE, "100", None)
    assert verdict.element == {"Name": "Customer 17850", "ContactNumber": "100"}


def test_unused_contacts_do_not_go_unless_all_are_sent() -> None:
    used = make_context(sending=Sending.USED)
    verdict = judge(give(make_account()), used)
    assert isinstance(verdict, Skipped)
    assert codes(verdict.reasons) == ["not_used_yet"]
    assert ReopenedBy.NEEDED in verdict.watches
    assert isinstance(judge(give(make_account(), needed=True), used), Ready)


def test_the_ledger_is_read_before_the_first_creation() -> None:
    verdict = judge(give(make_account()), make_context(ledger_read=frozenset()))
    assert verdict == Needs(frozenset({Need.LEDGER}), verdict.label)


def test_one_read_of_the_ledger_serves_accounts_and_contacts() -> None:
    context = make_context(ledger_read=frozenset({Module.CONTACTS}))
    assert isinstance(judge(give(make_account()), context), Ready)


def test_faults_are_told_without_reading_the_ledger() -> None:
    verdict = judge(give(make_account(Account_Name="")), make_context(ledger_read=frozenset()))
    assert isinstance(verdict, Held)
    assert (verdict.outcome, codes(verdict.reasons)) == (Outcome.BLOCKED, ["value_unusable"])


def test_our_number_in_xero_is_linked_whatever_it_is_called_there() -> None:
    verdict = judge_hits(make_account(), ledger_contact("Renamed Ltd", number="100"))
    assert isinstance(verdict, Ready)
    assert (verdict.action, verdict.xero_id, verdict.element) == (Action.LINK, CONTACT_ID, None)


def test_an_exact_active_name_is_linked() -> None:
    verdict = judge_hits(make_account(), ledger_contact("customer  17850"))
    assert isinstance(verdict, Ready)
    assert verdict.action is Action.LINK


def test_a_name_whose_email_differs_is_somebody_else() -> None:
    record = make_account(Contacts=[{"id": "1", "Last_Name": "A", "Email": "a@x.example"}])
    verdict = judge_hits(record, ledger_contact(email="b@y.example"))
    assert codes(verdict.reasons) == ["name_taken"]


def test_a_name_whose_town_differs_is_somebody_else() -> None:
    assert codes(judge_hits(make_account(Billing_City="Leeds"), ledger_contact(town="York")).reasons) == ["name_taken"]


def test_an_agreeing_email_outweighs_another_town() -> None:
    record = make_account(Billing_City="Leeds", Contacts=[{"id": "1", "Last_Name": "A", "Email": "A@x.example"}])
    assert isinstance(judge_hits(record, ledger_contact(email="a@X.example", town="York")), Ready)


def test_two_candidates_are_never_guessed_between() -> None:
    verdict = judge_hits(make_account(), ledger_contact(), ledger_contact(xero_id="other"))
    assert codes(verdict.reasons) == ["ambiguous_match"]


def test_two_of_one_name_are_a_question_also_where_something_speaks_against_one() -> None:
    record = make_account(Billing_City="Leeds")
    hits = (ledger_contact(town="York"), ledger_contact(town="Leeds", xero_id="other"))
    assert codes(judge_hits(record, *hits).reasons) == ["ambiguous_match"]


def test_a_name_that_another_crm_record_has_needs_something_that_speaks_for_it() -> None:
    assert codes(judge_hits(make_account(), ledger_contact(linked_to=(OTHER,))).reasons) == ["name_taken"]


def test_a_shared_contact_is_linked_and_owned_by_the_first() -> None:
    verdict = judge_hits(make_account(Billing_City="Leeds"), ledger_contact(town="leeds", linked_to=(OTHER,)))
    assert isinstance(verdict, Ready)
    assert verdict.action is Action.LINK
    assert verdict.facts.owner is False


def test_an_archived_contact_of_the_name_is_restored_by_a_person() -> None:
    verdict = judge_hits(make_account(), ledger_contact(status="ARCHIVED"))
    assert codes(verdict.reasons) == ["contact_archived"]
    assert ReopenedBy.XERO_REFERENCE in verdict.watches


def test_an_archived_namesake_of_another_town_is_no_obstacle() -> None:
    verdict = judge_hits(make_account(Billing_City="Leeds"), ledger_contact(status="ARCHIVED", town="York"))
    assert isinstance(verdict, Ready)
    assert verdict.action is Action.CREATE


def test_an_email_matches_when_it_is_unique_on_both_sides() -> None:
    hit = ledger_contact("Lee, Ann", email="ann@lee.example")
    assert judge_hits(make_contact(), hit).action is Action.LINK
    assert judge_hits(make_contact(), hit, email_holders=1).action is Action.CREATE
    assert judge_hits(make_contact(), hit, replace(hit, xero_id="other")).action is Action.CREATE
    assert judge_hits(make_contact(), replace(hit, linked_to=(OTHER,))).action is Action.CREATE


def test_nothing_is_sent_when_nothing_changed() -> None:
    record = make_account(Phone="1")
    assert isinstance(judge(give(record, link=agreed(record)), CONTEXT), Unchanged)


def test_an_update_carries_only_what_the_crm_changed() -> None:
    link = agreed(make_account(Phone="1"))
    verdict = judge(give(make_account(Phone="2"), link=link), CONTEXT)
    assert isinstance(verdict, Ready)
    assert verdict.action is Action.UPDATE
    assert verdict.element == {
        "ContactID": CONTACT_ID,
        "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "2"}],
    }


def test_a_blanked_value_erases_nothing() -> None:
    link = agreed(make_account(Phone="1"))
    verdict = judge(give(make_account(), link=link), CONTEXT)
    assert isinstance(verdict, Unchanged)
    assert judge(give(make_account(), link=Link(CONTACT_ID, verdict.digest, facts=verdict.facts)), CONTEXT) == verdict


def test_ten_then_twelve_then_ten_again_is_an_update() -> None:
    twelve = judge(give(make_account(Phone="12"), link=agreed(make_account(Phone="10"))), CONTEXT)
    assert isinstance(twelve, Ready)
    link = Link(CONTACT_ID, twelve.digest, facts=twelve.facts)
    assert isinstance(judge(give(make_account(Phone="10"), link=link), CONTEXT), Ready)


def test_who_does_not_own_a_shared_contact_writes_nothing_to_it() -> None:
    link = agreed(make_account(), owner=False)
    assert isinstance(judge(give(make_account(Phone="2"), link=link), CONTEXT), Unchanged)


def test_an_archived_contact_is_not_updated() -> None:
    given = give(
        make_account(Phone="2"),
        link=agreed(make_account()),
        hits=LedgerHits(contacts=(ledger_contact(status="ARCHIVED"),)),
    )
    verdict = judge(given, CONTEXT)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["contact_archived"]


def test_a_new_name_that_somebody_else_has_is_held() -> None:
    record = make_account(Account_Name="Taken Ltd")
    given = give(
        record,
        link=agreed(make_account()),
        hits=LedgerHits(contacts=(ledger_contact(), ledger_contact("Taken Ltd", xero_id="other"))),
    )
    verdict = judge(given, CONTEXT)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["name_taken"]


def test_a_customer_deleted_in_the_crm_stays_in_the_books() -> None:
    assert codes(judge(give(make_account(deleted=True)), CONTEXT).reasons) == ["deleted_before_sync"]  # type: ignore[union-attr]
    link = agreed(make_account())
    verdict = judge(give(make_account(deleted=True), link=link), CONTEXT)
    assert isinstance(verdict, Unchanged)
    assert verdict.digest == link.agreed_digest


def person_of_account(state: ParentState, **view: Any) -> JudgeInput:
    record = make_contact(Account_Name={"id": "100"})
    return JudgeInput(record, parents={ACCOUNT: ParentView(state, **view)})


def test_a_person_of_an_account_has_the_accounts_contact() -> None:
    verdict = judge(person_of_account(ParentState.LINKED, xero_id=CONTACT_ID), CONTEXT)
    assert isinstance(verdict, Ready)
    assert (verdict.action, verdict.xero_id, verdict.facts.owner) == (Action.LINK, CONTACT_ID, False)


def test_a_person_waits_for_the_account() -> None:
    verdict = judge(person_of_account(ParentState.MISSING), CONTEXT)
    assert isinstance(verdict, WaitsFor)
    assert verdict.parents == (ACCOUNT,)


def test_a_person_is_held_with_the_account() -> None:
    reasons = (Reason(code="contact_archived", facts={"record": "Account X"}),)
    verdict = judge(person_of_account(ParentState.HELD, reasons=reasons, text="Account X"), CONTEXT)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["waits_for"]


def test_a_linked_person_of_an_account_is_unchanged() -> None:
    given = person_of_account(ParentState.LINKED, xero_id=CONTACT_ID)
    first = judge(given, CONTEXT)
    assert isinstance(first, Ready)
    link = Link(CONTACT_ID, first.digest, facts=first.facts)
    assert isinstance(judge(replace(given, link=link), CONTEXT), Unchanged)


def test_a_person_of_an_account_that_nobody_needs_is_not_waited_for() -> None:
    verdict = judge(person_of_account(ParentState.MISSING), make_context(sending=Sending.USED))
    assert isinstance(verdict, Skipped)
    assert codes(verdict.reasons) == ["not_used_yet"]


def test_two_contacts_with_our_number_are_never_guessed_between() -> None:
    verdict = judge_hits(make_account(), ledger_contact(number="100"), ledger_contact(number="100", xero_id="other"))
    assert codes(verdict.reasons) == ["ambiguous_match"]


def test_our_archived_contact_is_restored_by_a_person() -> None:
    verdict = judge_hits(make_account(), ledger_contact("Renamed", number="100", status="ARCHIVED"))
    assert codes(verdict.reasons) == ["contact_archived"]


def test_an_agreeing_town_needs_no_email() -> None:
    record = make_account(Billing_City="York")
    verdict = judge_hits(record, ledger_contact(email="a@x.example", town="york"))
    assert isinstance(verdict, Ready)


def test_a_linked_contacts_terms_are_remembered() -> None:
    verdict = judge_hits(make_account(), ledger_contact(terms_day=7, terms_type="DAYSAFTERBILLDATE"))
    assert (verdict.facts.terms_day, verdict.facts.terms_type) == (7, "DAYSAFTERBILLDATE")


def test_two_records_without_an_email_have_nothing_in_common() -> None:
    assert judge_hits(make_contact(Email=None), ledger_contact("Somebody else")).action is Action.CREATE


def test_a_person_of_an_account_who_was_deleted_is_not_linked() -> None:
    given = person_of_account(ParentState.LINKED, xero_id=CONTACT_ID)
    verdict = judge(replace(given, record=replace(given.record, deleted=True)), CONTEXT)
    assert isinstance(verdict, Skipped)
    assert codes(verdict.reasons) == ["deleted_before_sync"]


def test_a_deleted_customers_last_words_are_not_agreed() -> None:
    link = agreed(make_account())
    verdict = judge(give(make_account(deleted=True, Phone="2"), link=link), CONTEXT)
    assert isinstance(verdict, Unchanged)
    assert verdict.digest == link.agreed_digest


def test_a_new_name_is_no_collision_with_whoever_shares_the_address() -> None:
    hits = LedgerHits(contacts=(ledger_contact(), ledger_contact("Third Ltd", xero_id="other")))
    given = give(make_account(Account_Name="New Ltd"), link=agreed(make_account()), hits=hits)
    assert isinstance(judge(given, CONTEXT), Ready)


def test_a_town_that_only_one_side_knows_contradicts_nothing() -> None:
    assert isinstance(judge_hits(make_account(), ledger_contact(town="York")), Ready)
    assert isinstance(judge_hits(make_account(Billing_City="York"), ledger_contact()), Ready)


def test_a_person_is_labelled_by_name() -> None:
    assert judge(give(make_contact()), CONTEXT).label.name == "Ann Lee"
