"""When vendors become Xero contacts, and what a firm that both buys and sells shares."""

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
    make_mapping,
    make_vendor,
)

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.judge import judge
from xero_writer.domain.rows import LedgerHits, Link, StagedRecord
from xero_writer.domain.verdicts import Action, Held, Need, Needs, ParentRef, Ready, Skipped, Unchanged

FILLING = make_context(make_mapping(fields={"vendors": {"TaxNumber": {"field": "VAT_No"}}}))
CONTEXT = make_context()
PERSON = ParentRef(Module.CONTACTS, "150")


def judge_hits(record: StagedRecord, *hits: Any, **changes: Any) -> Any:
    return judge(give(record, hits=LedgerHits(contacts=hits), **changes), CONTEXT)


def agreed(record: StagedRecord, **facts: Any) -> Link:
    ready = judge(give(record), FILLING)
    assert isinstance(ready, Ready)
    return Link(CONTACT_ID, ready.digest, facts=replace(ready.facts, **facts))


def make_taxed_vendor(**changes: Any) -> StagedRecord:
    return make_vendor(**{"VAT_No": None, **changes})


def test_a_new_vendor_is_created_under_its_crm_id() -> None:
    verdict = judge_hits(make_vendor())
    assert (verdict.action, verdict.business_key) == (Action.CREATE, "160")
    assert verdict.element == {"Name": "Lamps Ltd", "ContactNumber": "160"}


def test_a_vendor_and_an_account_of_one_name_share_the_contact_and_the_first_owns_it() -> None:
    verdict = judge_hits(make_vendor(), ledger_contact("Lamps Ltd", linked_to=(ACCOUNT,)))
    assert (verdict.action, verdict.xero_id, verdict.facts.owner) == (Action.LINK, CONTACT_ID, False)


def test_the_accounts_people_do_not_stand_between_it_and_the_vendor() -> None:
    verdict = judge_hits(make_vendor(), ledger_contact("Lamps Ltd", linked_to=(ACCOUNT, PERSON)))
    assert verdict.action is Action.LINK


def test_a_person_of_the_vendors_name_is_somebody_else() -> None:
    verdict = judge_hits(make_vendor(), ledger_contact("Lamps Ltd", linked_to=(PERSON,)))
    assert codes(verdict.reasons) == ["name_taken"]


def test_two_vendors_of_one_name_are_not_taken_for_one() -> None:
    other = ParentRef(Module.VENDORS, "161")
    assert codes(judge_hits(make_vendor(), ledger_contact("Lamps Ltd", linked_to=(other,))).reasons) == ["name_taken"]


def test_another_town_speaks_against_one_firm() -> None:
    hit = ledger_contact("Lamps Ltd", town="Hull", linked_to=(ACCOUNT,))
    assert codes(judge_hits(make_vendor(City="Leeds"), hit).reasons) == ["name_taken"]


def test_who_shares_a_contact_fills_its_blanks_and_nothing_else() -> None:
    link = agreed(make_taxed_vendor(), owner=False)
    changed = make_taxed_vendor(Phone="0113 9", Email="post@lamps.example", VAT_No="GB1", Vendor_Name="Lamps plc")
    hit = ledger_contact("Lamps Ltd", blanks=frozenset({"Phones", "TaxNumber"}))
    verdict = judge(give(changed, link=link, hits=LedgerHits(contacts=(hit,))), FILLING)
    assert isinstance(verdict, Ready)
    assert verdict.action is Action.UPDATE
    assert verdict.element == {
        "ContactID": CONTACT_ID,
        "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "0113 9"}],
        "TaxNumber": "GB1",
    }


def test_who_shares_a_contact_without_blanks_writes_nothing() -> None:
    link = agreed(make_taxed_vendor(), owner=False)
    hit = ledger_contact("Lamps Ltd", blanks=frozenset())
    given = give(make_taxed_vendor(Phone="0113 9"), link=link, hits=LedgerHits(contacts=(hit,)))
    assert isinstance(judge(given, FILLING), Unchanged)
    unknown = replace(given, hits=LedgerHits(contacts=(replace(hit, blanks=None),)))
    assert isinstance(judge(unknown, FILLING), Unchanged)


def test_xero_shows_what_is_blank_before_blanks_are_filled() -> None:
    given = give(make_taxed_vendor(Phone="0113 9"), link=agreed(make_taxed_vendor(), owner=False))
    verdict = judge(given, replace(FILLING, swept=frozenset()))
    assert isinstance(verdict, Needs)
    assert verdict.what == {Need.SWEEP}


def test_even_the_owner_fills_a_tax_number_only_while_it_is_blank() -> None:
    link = agreed(make_taxed_vendor())
    changed = make_taxed_vendor(VAT_No="GB1", Phone="0113 9")
    filled = give(changed, link=link, hits=LedgerHits(contacts=(ledger_contact("Lamps Ltd", blanks=frozenset()),)))
    verdict = judge(filled, FILLING)
    assert isinstance(verdict, Ready)
    assert verdict.element == {
        "ContactID": CONTACT_ID,
        "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "0113 9"}],
    }
    blank = ledger_contact("Lamps Ltd", blanks=frozenset({"TaxNumber"}))
    verdict = judge(replace(filled, hits=LedgerHits(contacts=(blank,))), FILLING)
    assert isinstance(verdict, Ready)
    assert verdict.element is not None
    assert verdict.element["TaxNumber"] == "GB1"


def test_an_owners_other_changes_need_no_look_at_xero() -> None:
    given = give(make_taxed_vendor(Phone="0113 9"), link=agreed(make_taxed_vendor()))
    assert isinstance(judge(given, replace(FILLING, swept=frozenset())), Ready)


def test_a_vendor_whose_box_is_not_ticked_does_not_go() -> None:
    context = make_context(make_mapping(gates={"vendors": "Add_to_Xero"}))
    skipped = judge(give(make_vendor(Add_to_Xero=False)), context)
    assert isinstance(skipped, Skipped)
    assert codes(skipped.reasons) == ["not_ticked"]
    assert isinstance(judge(give(make_vendor(Add_to_Xero=True)), context), Ready)
    assert isinstance(judge(give(make_vendor(Add_to_Xero=False), link=agreed(make_taxed_vendor())), context), Unchanged)


def test_a_gate_that_the_crm_does_not_have_is_a_broken_mapping() -> None:
    verdict = judge(give(make_vendor()), make_context(make_mapping(gates={"vendors": "Gone"})))
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["mapping_broken"]


def test_mapped_values_are_not_judged_before_xeros_accounts_and_rates_are_known() -> None:
    verdict = judge(give(make_taxed_vendor()), replace(FILLING, reference=None))
    assert isinstance(verdict, Needs)
    assert verdict.what == {Need.REFERENCE}


def test_a_linked_partys_purchase_terms_are_remembered() -> None:
    hit = ledger_contact("Lamps Ltd", bill_terms_day=20, bill_terms_type="OFFOLLOWINGMONTH")
    verdict = judge_hits(make_vendor(), hit)
    assert (verdict.facts.bill_terms_day, verdict.facts.bill_terms_type) == (20, "OFFOLLOWINGMONTH")


def test_an_account_remembers_who_belongs_to_it() -> None:
    verdict = judge(give(make_account(Contacts=[{"id": "150", "Last_Name": "Lee"}])), CONTEXT)
    assert isinstance(verdict, Ready)
    assert verdict.facts.people == ("150",)
    person = judge(give(make_contact()), CONTEXT)
    assert isinstance(person, Ready)
    assert person.facts.people is None
