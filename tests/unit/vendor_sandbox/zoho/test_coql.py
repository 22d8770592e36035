"""COQL: what it selects and what it gives back."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from tests.unit.vendor_sandbox.zoho.conftest import Reply, Zoho

Text = str | Callable[[int], str]
QUOTED = "'x'"
GROUPS = ["Status", "Subject", "Owner", "Account_Name", "Tax"]


@pytest.fixture
def shop(zoho: Zoho) -> Zoho:
    """Four invoices, ten seconds apart: 20.00 Approved, 5.00 Created, 30.00 blank, -1.00 Approved; two accounts."""
    product = zoho.make_product()
    first, second = zoho.insert("Accounts", {"Account_Name": "Acme"}, {"Account_Name": "Bolt"})
    for number, (price, status, account) in enumerate(
        [(20, "Approved", first), (5, "Created", second), (30, None, None), (Decimal("-1.00"), "Approved", first)]
    ):
        fields: dict[str, object] = {"Status": status, "Invoice_Date": f"2026-11-0{number + 1}"}
        if account is not None:
            fields["Account_Name"] = {"id": account}
        zoho.make_invoice(product, quantity=1, price=price, **fields)
        zoho.core.clock.advance(10)
    return zoho


def totals(zoho: Zoho, where: str) -> list[object]:
    reply = zoho.query("Grand_Total", "Invoices", where)
    assert reply.status in {200, 204}, reply.json
    return [] if reply.status == 204 else [row["Grand_Total"] for row in reply.json["data"]]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("id is not null", [20, 5, 30, -1]),
        ("id > 0", [20, 5, 30, -1]),
        ("Status = 'Approved'", [20, -1]),
        ("Status = 'approved'", [20, -1]),
        ("Status != 'Approved'", [5, 30]),
        ("Status <> 'Approved'", [5, 30]),
        ("Status in ('Approved', 'Created')", [20, 5, -1]),
        ("Status not in ('Approved', 'Created')", [30]),
        ("Status is null", [30]),
        ("Status is not null", [20, 5, -1]),
        ("Status like 'App%'", [20, -1]),
        ("Status like '%EAT%'", [5]),
        ("Status not like 'App%'", [5, 30]),
        ("Grand_Total > 5", [20, 30]),
        ("Grand_Total >= 5", [20, 5, 30]),
        ("Grand_Total < 5", [-1]),
        ("Grand_Total <= -1", [-1]),
        ("Grand_Total = 20.00", [20]),
        ("Grand_Total between 5 and 20", [20, 5]),
        ("Grand_Total not between 5 and 20", [30, -1]),
        ("Invoice_Date >= '2026-11-03'", [30, -1]),
        ("Invoice_Date between '2026-11-02' and '2026-11-03'", [5, 30]),
        ("Modified_Time >= '2026-11-02T09:30:10+00:00'", [5, 30, -1]),
        ("Modified_Time > '2026-11-02T11:30:10+02:00'", [30, -1]),
        ("Modified_Time < '2026-11-02T09:30:10Z'", [20]),
        ("Account_Name.Account_Name = 'Bolt'", [5]),
        ("Account_Name is null", [30]),
        ("(Status = 'Approved' and Grand_Total > 0)", [20]),
        ("Status = 'Created' or Grand_Total < 0", [5, -1]),
        ("((Status = 'Approved' and Grand_Total > 0) or Status is null)", [20, 30]),
        ("(Status = 'Approved' or Status is null) and Grand_Total > 20", [30]),
        ("Locked__s = false and Grand_Total > 20", [30]),
        ("Locked__s = 'true'", []),
        ("id is not null order by Grand_Total", [-1, 5, 20, 30]),
        ("id is not null order by Grand_Total desc limit 2", [30, 20]),
        ("id is not null order by Status asc, Grand_Total desc", [30, 20, -1, 5]),
        ("id is not null order by Account_Name.Account_Name desc, id desc", [5, -1, 20, 30]),
        ("id is not null limit 2 offset 1", [5, 30]),
        ("id is not null LIMIT 10 OFFSET 4", []),
    ],
)
def test_criteria_order_and_cut(shop: Zoho, where: str, found: list[object]) -> None:
    assert totals(shop, where) == found


@pytest.mark.parametrize("where", ["Status != 'Approved'", "Status not in ('Approved')", "Status not like 'App%'"])
def test_whether_an_empty_value_differs_from_a_given_one_is_a_switch(shop: Zoho, where: str) -> None:
    assert totals(shop, where) == [5, 30]
    shop.switch(coql_null_differs=False)
    assert totals(shop, where) == [5]


def test_an_answer_says_whether_there_is_more(shop: Zoho) -> None:
    reply = shop.coql("select id from Invoices where id is not null limit 3")
    assert reply.json["info"] == {"count": 3, "more_records": True}
    reply = shop.coql("select id from Invoices where id is not null limit 3 offset 1")
    assert reply.json["info"] == {"count": 3, "more_records": False}


def test_no_rows_is_204(shop: Zoho) -> None:
    reply = shop.coql("select id from Invoices where Status = 'Delivered'")
    assert (reply.status, reply.text) == (204, "")


def test_lookups_come_as_id_alone_and_joined_names_under_a_flat_key(shop: Zoho) -> None:
    reply = shop.coql("select Account_Name, Account_Name.Account_Name from Invoices where Status = 'Created'")
    (row,) = reply.json["data"]
    assert set(row) == {"id", "Account_Name", "Account_Name.Account_Name"}
    assert set(row["Account_Name"]) == {"id"}
    assert row["Account_Name.Account_Name"] == "Bolt"


def test_an_alias_names_the_key(shop: Zoho) -> None:
    (row,) = shop.coql("select Grand_Total as total from Invoices where Status = 'Created'").json["data"]
    assert row["total"] == 5


def test_lines_are_found_by_their_documents(shop: Zoho) -> None:
    ids = [row["id"] for row in shop.coql("select id from Invoices where Status = 'Approved'").json["data"]]
    where = f"Parent_Id in ('{ids[0]}', {ids[1]}) and Quantity > 0"
    reply = shop.query("Parent_Id, Product_Name, Total", "Invoiced_Items", where)
    assert [(row["Parent_Id"]["id"], row["Total"]) for row in reply.json["data"]] == [(ids[0], 20), (ids[1], -1)]


def test_keyset_pages_reach_every_row_once(shop: Zoho) -> None:
    seen: list[str] = []
    last = "0"
    while True:
        reply = shop.query("id", "Invoiced_Items", f"id > {last} order by id asc limit 3")
        seen += [row["id"] for row in reply.json["data"]]
        if not reply.json["info"]["more_records"]:
            break
        last = seen[-1]
    assert len(seen) == len(set(seen)) == 4


def test_criteria_and_indexes_agree(shop: Zoho) -> None:
    """The same question with and without a condition that an index serves."""
    ids = [row["id"] for row in shop.coql("select id from Invoices where id is not null").json["data"]]
    for where in (f"id >= {ids[1]}", f"id > {ids[1]}", f"id in ('{ids[2]}', '{ids[0]}')", f"id = {ids[3]}"):
        indexed = totals(shop, where)
        scanned = totals(shop, f"(({where}) or Status = 'Nothing')")
        assert indexed == scanned
        assert indexed


def test_groups_are_counted_and_added_up(shop: Zoho) -> None:
    text = (
        "select Status, count(id), sum(Grand_Total) as total, min(Grand_Total), max(Grand_Total) as most, "
        "avg(Grand_Total) as mean from Invoices where Status is not null group by Status order by Status"
    )
    rows = shop.coql(text).json["data"]
    assert rows == [
        {"Status": "Approved", "count(id)": 2, "total": 19, "min(Grand_Total)": -1, "most": 20, "mean": Decimal("9.5")},
        {"Status": "Created", "count(id)": 1, "total": 5, "min(Grand_Total)": 5, "most": 5, "mean": 5},
    ]


def test_line_tax_can_be_selected_unless_switched_off(shop: Zoho) -> None:
    text = "select Line_Tax from Invoiced_Items where id is not null"
    assert shop.coql(text).json["data"][0]["Line_Tax"] == []
    shop.switch(coql_line_tax="refused")
    assert shop.coql(text).json["code"] == "INVALID_QUERY"


def test_an_apostrophe_in_a_value_is_escaped(zoho: Zoho) -> None:
    zoho.insert("Accounts", {"Account_Name": "O'Neill's"})
    for literal in (r"'O\'Neill\'s'", "'O''Neill''s'"):
        assert zoho.query("id", "Accounts", f"Account_Name = {literal}").status == 200


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("select id from Invoices", "SYNTAX_ERROR"),
        ("select id from Invoices where Status = 'A' and Status = 'B' and Status = 'C'", "SYNTAX_ERROR"),
        ("select id from Invoices where (Status = 'A' and Status = 'B' or Status = 'C')", "SYNTAX_ERROR"),
        ('select id from Invoices where Status = "A"', "SYNTAX_ERROR"),
        ("select id from Invoices where Status 'A'", "SYNTAX_ERROR"),
        ("select id from Invoices where Status = A", "SYNTAX_ERROR"),
        ("select * from Invoices where id is not null", "SYNTAX_ERROR"),
        ("select id from Invoices where id is not null limit 5, 10", "SYNTAX_ERROR"),
        ("select id from Invoices where id is not null limit 0", "SYNTAX_ERROR"),
        ("select id from Invoices where id is not null limit -1", "SYNTAX_ERROR"),
        ("update Invoices set id = 1", "SYNTAX_ERROR"),
        ("", "SYNTAX_ERROR"),
        ("select Nope from Invoices where id is not null", "INVALID_QUERY"),
        ("select id from Nope where id is not null", "INVALID_QUERY"),
        ("select id from Invoices where Nope = 1", "INVALID_QUERY"),
        ("select id from Invoices where id is not null order by Nope", "INVALID_QUERY"),
        ("select Invoiced_Items from Invoices where id is not null", "INVALID_QUERY"),
        ("select Status.Name from Invoices where id is not null", "INVALID_QUERY"),
        ("select Owner.email from Invoices where id is not null", "INVALID_QUERY"),
        ("select id from Invoices where Description = 'x'", "INVALID_QUERY"),
        ("select id from Invoiced_Items where Line_Tax is null", "INVALID_QUERY"),
        ("select id from Invoices where Status > 'A'", "INVALID_QUERY"),
        ("select id from Invoices where Grand_Total like '5%'", "INVALID_QUERY"),
        ("select id from Invoices where Grand_Total = '5'", "INVALID_QUERY"),
        ("select id from Invoices where id = 'abc'", "INVALID_QUERY"),
        ("select id from Invoices where Modified_Time > '2026-11-02'", "INVALID_QUERY"),
        ("select id from Invoices where Modified_Time > '2026-11-02T09:30:10'", "INVALID_QUERY"),
        ("select id from Invoices where Invoice_Date > '2026-13-02'", "INVALID_QUERY"),
        ("select id from Invoices where Locked__s = 'maybe'", "INVALID_QUERY"),
        ("select count(id) from Invoices where id is not null", "INVALID_QUERY"),
        ("select Status, count(id) from Invoices where id is not null group by Account_Name", "INVALID_QUERY"),
        ("select Status, Status from Invoices where id is not null", "DUPLICATE_DATA"),
        ("select Status as a, Subject as a from Invoices where id is not null", "INVALID_ALIAS"),
        ("select Status as 5 from Invoices where id is not null", "INVALID_ALIAS"),
        ("select id from Invoices where id is not null limit 2001", "LIMIT_EXCEEDED"),
        ("select id from Invoices where id is not null limit 2000 offset 98001", "LIMIT_EXCEEDED"),
        (
            "select id from Invoices where Account_Name.Phone = '1' and "
            "(Contact_Name.Phone = '1' and Sales_Order.Subject = 'x')",
            "LIMIT_EXCEEDED",
        ),
    ],
)
def test_wrong_queries_are_refused_with_their_code(zoho: Zoho, text: str, code: str) -> None:
    reply = zoho.coql(text)
    assert (reply.status, reply.json["code"]) == (400, code)


def chain(count: int) -> str:
    text = "Status = 'A'"
    for _ in range(count - 1):
        text = f"({text} or Status = 'B')"
    return text


def repeat(text: str, count: int) -> str:
    return ", ".join(text.format(n=number) for number in range(count))


@pytest.mark.parametrize(
    ("columns", "rest", "limit"),
    [
        ("id", chain, 25),
        ("id", lambda count: f"Status in ({repeat(QUOTED, count)})", 50),
        ("id", lambda count: f"id is not null order by {repeat('Status', count)}", 10),
        ("Status", lambda count: f"id is not null group by {', '.join(GROUPS[:count])}", 4),
        (lambda count: f"Status, {repeat('sum(Tax) as s{n}', count)}", "id is not null group by Status", 5),
        (lambda count: repeat("Subject as s{n}", count), "id is not null", 50),
    ],
    ids=["criteria", "in", "order", "group", "aggregates", "select"],
)
def test_each_documented_limit_holds_exactly(zoho: Zoho, columns: Text, rest: Text, limit: int) -> None:
    def ask(count: int) -> Reply:
        texts = [text if isinstance(text, str) else text(count) for text in (columns, rest)]
        return zoho.query(texts[0], "Invoices", texts[1])

    assert ask(limit).status == 204
    assert ask(limit + 1).json["code"] == "LIMIT_EXCEEDED"


def test_the_limit_of_in_is_a_switch(zoho: Zoho) -> None:
    zoho.switch(coql_in_limit=100)
    for count, status in ((100, 204), (101, 400)):
        values = ", ".join(["'x'"] * count)
        assert zoho.query("id", "Invoices", f"Status in ({values})").status == status


@pytest.mark.parametrize("body", [{}, {"select_query": 5}, {"query": "select"}])
def test_a_body_without_query_is_refused(zoho: Zoho, body: object) -> None:
    reply = zoho.api("POST", "coql", json=body)
    assert (reply.status, reply.json["code"]) == (400, "MANDATORY_NOT_FOUND")


def test_a_record_changed_since_moves_in_the_order_of_changes(shop: Zoho) -> None:
    ids = [row["id"] for row in shop.coql("select id from Invoices where id is not null").json["data"]]
    shop.api("PUT", f"Invoices/{ids[0]}", json={"data": [{"Subject": "New"}]})
    where = "Modified_Time >= '2026-11-02T09:30:20+00:00' order by Modified_Time asc, id asc"
    rows = shop.query("id", "Invoices", where).json["data"]
    assert [row["id"] for row in rows] == [ids[2], ids[3], ids[0]]
