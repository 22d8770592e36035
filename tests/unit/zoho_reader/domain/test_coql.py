"""Questions keep Zoho's documented limits."""

from datetime import UTC, datetime

import pytest

from zoho_reader.domain.coql import Position, ask_all_by_id, ask_by_ids, ask_changed, ask_children
from zoho_reader.domain.sources import STANDARD_COLUMNS, Source, choose_columns

AT = datetime(2026, 1, 5, 9, 0, 0, 900_000, tzinfo=UTC)


def test_pages_go_on_by_keyset() -> None:
    first = ask_changed(Source.INVOICES, ("id", "Subject"), AT)
    assert first.text == (
        "select id, Subject from Invoices where Modified_Time >= '2026-01-05T09:00:00+00:00' "
        "order by Modified_Time asc, id asc limit 2000"
    )
    second = ask_changed(Source.INVOICES, ("id",), AT, after=Position("7", AT), limit=25)
    assert second.text == (
        "select id from Invoices where (Modified_Time >= '2026-01-05T09:00:00+00:00' and "
        "(Modified_Time > '2026-01-05T09:00:00+00:00' or id > '7')) "
        "order by Modified_Time asc, id asc limit 25"
    )
    assert "Modified_Time > '" in ask_changed(Source.INVOICES, ("id",), AT, later_only=True).where
    assert ask_all_by_id(Source.INVOICE_LINES, ("id",), Position("9")).where == "id > '9'"
    assert ask_all_by_id(Source.INVOICE_LINES, ("id",), None).where == "id > '0'"


def test_children_are_asked_by_their_header() -> None:
    assert ask_children(Source.INVOICE_LINES, ("id",), ["1", "2"]).where == "Parent_Id in ('1', '2')"
    assert ask_children(Source.CONTACTS, ("id",), ["1"], Position("5")).where == "(Account_Name in ('1') and id > '5')"


@pytest.mark.parametrize("count", [0, 51])
def test_a_list_takes_one_to_fifty_ids(count: int) -> None:
    with pytest.raises(ValueError, match="50"):
        ask_by_ids(Source.ACCOUNTS, ("id",), [str(number) for number in range(count)])


def test_nothing_but_ids_and_times_is_ever_quoted() -> None:
    with pytest.raises(ValueError, match="quoted"):
        ask_by_ids(Source.ACCOUNTS, ("id",), ["1') or (id > '0"])


@pytest.mark.parametrize(("limit", "credits_spent"), [(25, 1), (200, 1), (201, 2), (1_000, 2), (1_001, 3), (2_000, 3)])
def test_credits_follow_the_limit(limit: int, credits_spent: int) -> None:
    assert ask_changed(Source.INVOICES, ("id",), AT, limit=limit).credits == credits_spent


def test_no_more_than_fifty_columns_are_asked_for() -> None:
    extra = [f"Field_{number}" for number in range(30)]
    columns = choose_columns(Source.INVOICES, extra, ())
    assert len(columns) == 50
    assert set(extra) <= set(columns)
    assert {"id", "Modified_Time", "Grand_Total"} <= set(columns)


def test_columns_that_place_a_row_are_never_left_out() -> None:
    columns = choose_columns(Source.INVOICE_LINES, (), STANDARD_COLUMNS[Source.INVOICE_LINES])
    assert set(columns) == {"id", "Parent_Id", "Modified_Time"}
