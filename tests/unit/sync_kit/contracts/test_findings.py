"""The published readiness findings: whole sentences, a remedy for each, and nothing that a missing fact breaks."""

import pytest

from sync_kit.contracts.findings import (
    FINDINGS,
    Finding,
    Severity,
    advise_on_finding,
    explain_finding,
    get_finding_entry,
)
from sync_kit.contracts.reasons import WhoActs

EVERY = pytest.mark.parametrize("code", FINDINGS)


@EVERY
def test_a_finding_is_a_sentence_with_a_remedy(code: str) -> None:
    entry = get_finding_entry(code)
    for text in (entry.sentence, entry.what_to_do):
        assert text.endswith(".")
        assert text[0].isupper() or text[0] == "{"


@EVERY
def test_what_stops_a_first_sync_names_somebody_who_can_mend_it(code: str) -> None:
    entry = get_finding_entry(code)
    assert entry.severity is Severity.WARNS or entry.who is not WhoActs.NOBODY


@EVERY
def test_a_fact_that_is_missing_reads_unknown_and_is_no_error(code: str) -> None:
    said = explain_finding(Finding(code=code)) + advise_on_finding(Finding(code=code))
    assert "{" not in said
    assert ("(unknown)" in said) == ("{" in FINDINGS[code].sentence + FINDINGS[code].what_to_do)


def test_the_facts_stand_in_the_sentence() -> None:
    finding = Finding(code="base_currency_differs", facts={"zoho": "EUR", "xero": "GBP"})
    assert explain_finding(finding) == "The CRM keeps its money in EUR, Xero in GBP."


def test_an_unpublished_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        get_finding_entry("invented")
