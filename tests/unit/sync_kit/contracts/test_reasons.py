"""Reasons in words: sentences that fill with what is known and never fail."""

from collections.abc import Mapping
from string import Formatter
from typing import Any

import pytest
from pydantic import ValidationError

from sync_kit.contracts import reason_catalogue as catalogue
from sync_kit.contracts.reason_catalogue import CATALOGUE, advise, explain, get_reason_entry
from sync_kit.contracts.reasons import Reason, ReasonKind, WhoActs, fill
from sync_kit.contracts.vocabulary import ReopenedBy

EVERY = pytest.mark.parametrize("code", CATALOGUE)


def list_facts(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


@EVERY
def test_a_sentence_is_whole_when_its_facts_are_there(code: str) -> None:
    entry = get_reason_entry(code)
    names = list_facts(entry.sentence) | list_facts(entry.what_to_do)
    reason = Reason(code=code, facts={name: f"<{name}>" for name in names})
    for text, template in ((explain(reason), entry.sentence), (advise(reason), entry.what_to_do)):
        assert "(unknown)" not in text
        assert all(f"<{name}>" in text for name in list_facts(template))


@EVERY
def test_a_sentence_can_be_read_without_any_fact(code: str) -> None:
    reason = Reason(code=code)
    assert explain(reason)
    assert "{" not in explain(reason) + advise(reason)
    assert explain(reason).count("(unknown)") >= len(list_facts(get_reason_entry(code).sentence))


@EVERY
def test_facts_are_plain_names(code: str) -> None:
    """A fact with a dot or an index would reach into objects."""
    entry = get_reason_entry(code)
    assert all(name.isidentifier() for name in list_facts(entry.sentence) | list_facts(entry.what_to_do))


@EVERY
def test_every_reason_says_who_acts_and_what_opens_it_again(code: str) -> None:
    entry = get_reason_entry(code)
    assert entry.code == code
    assert entry.reopened_by
    assert len(set(entry.reopened_by)) == len(entry.reopened_by)
    assert set(entry.reopened_by) <= set(ReopenedBy)
    if entry.who is not WhoActs.NOBODY:
        assert not entry.what_to_do.startswith("Nothing.")


@EVERY
def test_sentences_and_advice_are_sentences(code: str) -> None:
    entry = get_reason_entry(code)
    for text in (entry.sentence, entry.what_to_do):
        assert text[0].isupper() or text[0] == "{"
        assert text[-1] in '.}"'


def test_every_outcome_that_needs_explaining_has_reasons() -> None:
    assert {entry.kind for entry in CATALOGUE.values()} == set(ReasonKind)


def test_no_code_is_in_two_groups() -> None:
    groups = (
        catalogue.NOT_MEANT_TO_GO,
        catalogue.WRONG_IN_THE_CRM,
        catalogue.SETUP_AND_MAPPING,
        catalogue.MATCHING,
        catalogue.MONEY,
        catalogue.CLOSED_TO_CHANGES,
        catalogue.CONNECTION_AND_LIMITS,
    )
    codes = [entry.code for group in groups for entry in group]
    assert sorted(codes) == sorted(CATALOGUE)


def test_a_code_that_is_not_published_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        get_reason_entry("invented")


@pytest.mark.parametrize(
    ("template", "facts", "text"),
    [
        ("{a} of {b}", {"a": "1"}, "1 of (unknown)"),
        ("{a}", {"a": None}, "(unknown)"),
        ("{a}", {"a": ["x", 2]}, "x, 2"),
        ("{a}", {"a": ()}, ""),
        ("{a}", {"a": "{b}", "b": "evil"}, "{b}"),
        ("{a}", {"a": {"deep": 1}}, "{'deep': 1}"),
        ("no facts", {"a": 1}, "no facts"),
    ],
)
def test_facts_are_filled_in_as_they_are(template: str, facts: Mapping[str, Any], text: str) -> None:
    assert fill(template, facts) == text


def test_a_reason_is_frozen_and_takes_unknown_fields_of_a_newer_writer() -> None:
    reason = Reason.model_validate({"code": "waits_for", "facts": {"record": "INV-1"}, "invented_later": 1})
    assert reason == Reason(code="waits_for", facts={"record": "INV-1"})
    with pytest.raises(ValidationError, match="frozen"):
        reason.code = "other"  # type: ignore[misc]
