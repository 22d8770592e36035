"""A reason is a promise to a bookkeeper: every published code is brought about by a test."""

import re
from pathlib import Path
from string import Formatter

import pytest

from sync_kit.contracts.reason_catalogue import CATALOGUE, advise, explain
from sync_kit.contracts.reasons import Reason, ReasonEntry

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def words_of_all_tests() -> set[str]:
    here = Path(__file__)
    text = "\n".join(file.read_text() for file in TESTS.rglob("test_*.py") if file != here)
    return set(re.findall(r"\w+", text))


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_published_reason_is_brought_about_by_a_test(code: str, words_of_all_tests: set[str]) -> None:
    assert code in words_of_all_tests


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.code)
def test_every_sentence_fills_and_ends_like_a_sentence(entry: ReasonEntry) -> None:
    facts = {name: "X" for _, name, _, _ in Formatter().parse(entry.sentence + entry.what_to_do) if name}
    reason = Reason(code=entry.code, facts=facts)
    assert "(unknown)" not in explain(reason) + advise(reason)
    assert re.search(r"[.:]$|X$", explain(reason))


def test_a_missing_fact_never_breaks_the_sentence() -> None:
    assert "(unknown)" in explain(Reason(code="number_missing"))
