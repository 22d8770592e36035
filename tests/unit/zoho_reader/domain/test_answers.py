"""What Zoho answers is taken at its word only where it has the documented shape."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sync_kit.errors import BadAnswerError
from zoho_reader.domain.answers import read_page, read_row, read_time, read_vendor_time, read_whole
from zoho_reader.domain.coql import Position, ask_all_by_id, ask_changed
from zoho_reader.domain.sources import Source

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
BY_TIME = ask_changed(Source.PRODUCTS, ("id",), AT, limit=3)
BY_ID = ask_all_by_id(Source.INVOICE_LINES, ("id",), None)


def row(record_id: str = "11", modified: str = "2026-01-05T14:30:00+05:30", **fields: Any) -> dict[str, Any]:
    return {"id": record_id, "Modified_Time": modified, **fields}


def body(*rows: object, more: object = False) -> dict[str, Any]:
    return {"data": list(rows), "info": {"count": len(rows), "more_records": more}}


def test_a_page_tells_its_rows_and_where_it_ends() -> None:
    page = read_page(BY_TIME, body(row("11"), row("12"), more=True), AT)
    assert [each.record_id for each in page.rows] == ["11", "12"]
    assert page.rows[0].modified_at == AT
    assert page.more
    assert page.find_end(BY_TIME) == Position("12", AT)


def test_an_empty_body_is_an_empty_page() -> None:
    page = read_page(BY_TIME, None, AT)
    assert (page.rows, page.more, page.find_end(BY_TIME)) == ((), False, None)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"data": []},
        {"data": {}, "info": {"more_records": False}},
        {"data": [], "info": {"more_records": "false"}},
        {"data": [], "info": {"more_records": True}},
        body("text"),
        body({"Modified_Time": "2026-01-05T14:30:00+05:30"}),
        body(row(record_id=11)),  # type: ignore[arg-type]
        body(row(record_id="eleven")),
        body(row(modified="2026-01-05T14:30:00")),
        body(row(modified="yesterday")),
        body(row(modified=None)),  # type: ignore[arg-type]
        body(row(Unit_Price="9.99")),
        body(row(Unit_Price=True)),
        body(row(Unit_Price=[])),
        body(row("12"), row("11")),
        body(row("11"), row("11")),
        body(row("11", "2026-01-05T14:30:01+05:30"), row("12")),
        body(row("11"), row("12"), row("13"), row("14")),
    ],
)
def test_another_shape_is_no_answer(answer: object) -> None:
    with pytest.raises(BadAnswerError):
        read_page(BY_TIME, answer, AT)


def test_numbers_stay_exact() -> None:
    assert read_row(Source.PRODUCTS, row(Unit_Price=Decimal("0.10"))).fields["Unit_Price"] == Decimal("0.10")


def test_a_lookup_with_its_name_reads_alike_whichever_way_it_came() -> None:
    line = {"Parent_Id": {"id": "5"}}
    by_coql = read_row(
        Source.INVOICE_LINES,
        row(**line, **{"Product_Name": {"id": "7"}, "Product_Name.Product_Name": "Lamp"}),
    )
    by_list = read_row(Source.INVOICE_LINES, row(**line, Product_Name={"id": "7", "name": "Lamp"}))
    assert by_coql.fields == by_list.fields
    assert by_coql.fields["Product_Name"] == {"id": "7", "name": "Lamp"}
    assert not any("." in name for name in by_coql.fields)


def test_a_lookup_that_is_empty_has_no_name() -> None:
    empty = row(Parent_Id={"id": "5"}, **{"Product_Name": None, "Product_Name.Product_Name": None})
    assert read_row(Source.INVOICE_LINES, empty).fields["Product_Name"] is None


def test_a_line_without_its_document_is_no_answer() -> None:
    with pytest.raises(BadAnswerError):
        read_page(BY_ID, body(row(Parent_Id=None)), AT)
    assert read_page(BY_ID, body(row(Parent_Id={"id": "5"})), AT).rows[0].parent_id == "5"


def test_a_contact_may_be_without_account() -> None:
    assert read_row(Source.CONTACTS, row(Account_Name=None)).parent_id is None
    with pytest.raises(BadAnswerError):
        read_row(Source.CONTACTS, row(Account_Name="Firm"))


def test_a_record_read_by_id_is_cut_down_to_the_columns_asked_for() -> None:
    answer = {
        "data": [
            row(
                Subject="Sale",
                Owner={"id": "1", "name": "x"},
                Invoiced_Items=[{"id": "21", "Quantity": 1, "Secret": 1}],
                **{"$has_more": {"Invoiced_Items": True}},
            )
        ]
    }
    columns, line_columns = ("id", "Modified_Time", "Subject"), ("id", "Quantity", "Modified_Time")
    whole = read_whole(Source.INVOICES, Source.INVOICE_LINES, columns, line_columns, answer)
    assert whole is not None
    assert whole.lines_cut
    assert set(whole.header.fields) == set(columns)
    assert set(whole.lines[0].fields) == {"id", "Quantity", "Modified_Time", "Parent_Id"}
    assert whole.lines[0].parent_id == "11"


def test_times_need_an_offset() -> None:
    assert read_time("2026-01-05T14:30:00+05:30") == AT
    assert read_vendor_time({"date": "Mon, 05 Jan 2026 09:00:00 GMT"}) == AT
    for headers in ({}, {"date": "soon"}):
        with pytest.raises(BadAnswerError):
            read_vendor_time(headers)
