"""The page about reasons and findings is true and whole."""

from docs.make_reasons import CHAPTERS, COMMAND, KINDS, PAGE, REOPENED, write_page

from sync_kit.contracts.findings import FINDINGS
from sync_kit.contracts.reason_catalogue import CATALOGUE
from sync_kit.contracts.reasons import ReasonKind
from sync_kit.contracts.vocabulary import ReopenedBy


def test_the_page_about_reasons_is_up_to_date() -> None:
    assert PAGE.read_text() == write_page(), f"write it again: {COMMAND}"


def test_every_code_of_both_catalogues_has_its_line() -> None:
    assert [entry.code for entries in CHAPTERS.values() for entry in entries] == list(CATALOGUE)
    page = write_page()
    assert [code for code in (*CATALOGUE, *FINDINGS) if f"| `{code}` |" not in page] == []


def test_every_word_of_the_closed_sets_is_explained() -> None:
    assert (set(KINDS), set(REOPENED)) == (set(ReasonKind), set(ReopenedBy))
