"""GET /crm/v8/{Module}: paging, order, If-Modified-Since, and what a list leaves out."""

import pytest
from tests.unit.vendor_sandbox.zoho.conftest import START, Zoho


def fill(zoho: Zoho, count: int) -> list[str]:
    ids: list[str] = []
    for start in range(0, count, 100):
        ids += zoho.insert("Accounts", *({"Account_Name": f"A{n}"} for n in range(start, min(count, start + 100))))
    return ids


def test_fields_are_mandatory_and_at_most_fifty(zoho: Zoho) -> None:
    reply = zoho.api("GET", "Accounts")
    assert (reply.status, reply.json["code"]) == (400, "REQUIRED_PARAM_MISSING")
    names = ",".join(f"F{n}" for n in range(51))
    assert zoho.api("GET", "Accounts", query={"fields": names}).json["code"] == "LIMIT_EXCEEDED"


def test_an_unknown_field_is_refused_or_ignored_by_switch(zoho: Zoho) -> None:
    fill(zoho, 1)
    query = {"fields": "Account_Name,Acount_Name"}
    assert zoho.api("GET", "Accounts", query=query).json["code"] == "INVALID_DATA"
    zoho.switch(zoho_unknown_fields="ignored")
    assert set(zoho.api("GET", "Accounts", query=query).json["data"][0]) == {"id", "Account_Name"}


def test_a_list_never_brings_lines(zoho: Zoho) -> None:
    zoho.make_invoice(zoho.make_product())
    (row,) = zoho.api("GET", "Invoices", query={"fields": "Subject,Invoiced_Items"}).json["data"]
    assert set(row) == {"id", "Subject"}


def test_lookups_come_with_name_and_id_and_owners_with_email(zoho: Zoho) -> None:
    (account,) = fill(zoho, 1)
    zoho.make_invoice(zoho.make_product(), Account_Name={"id": account})
    (row,) = zoho.api("GET", "Invoices", query={"fields": "Account_Name,Owner"}).json["data"]
    assert row["Account_Name"] == {"name": "A0", "id": account}
    assert set(row["Owner"]) == {"name", "id", "email"}


def test_the_newest_ids_come_first_by_default(zoho: Zoho) -> None:
    ids = fill(zoho, 3)
    reply = zoho.api("GET", "Accounts", query={"fields": "id"})
    assert [row["id"] for row in reply.json["data"]] == ids[::-1]
    assert (reply.json["info"]["sort_by"], reply.json["info"]["sort_order"]) == ("id", "desc")
    reply = zoho.api("GET", "Accounts", query={"fields": "id", "sort_by": "Modified_Time", "sort_order": "asc"})
    assert [row["id"] for row in reply.json["data"]] == ids


def test_an_empty_module_is_204(zoho: Zoho) -> None:
    reply = zoho.api("GET", "Accounts", query={"fields": "id"})
    assert (reply.status, reply.text) == (204, "")


def test_pages_by_number_end_at_2000_records(zoho: Zoho) -> None:
    fill(zoho, 2100)
    seen = []
    for page in range(1, 11):
        reply = zoho.api("GET", "Accounts", query={"fields": "id", "page": str(page)})
        seen += [row["id"] for row in reply.json["data"]]
        assert reply.json["info"]["more_records"] is True
    assert len(set(seen)) == 2000
    reply = zoho.api("GET", "Accounts", query={"fields": "id", "page": "11"})
    assert (reply.status, reply.json["code"]) == (400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED")


def test_page_tokens_reach_every_record_once(zoho: Zoho) -> None:
    ids = fill(zoho, 450)
    query, seen, pages = {"fields": "id"}, [], []
    while True:
        reply = zoho.api("GET", "Accounts", query=query)
        seen += [row["id"] for row in reply.json["data"]]
        pages.append(reply.json["info"]["page"])
        if not reply.json["info"]["more_records"]:
            break
        query = {"fields": "id", "page_token": reply.json["info"]["next_page_token"]}
    assert seen == ids[::-1]
    assert pages == [1, 2, 3]
    assert reply.json["info"]["next_page_token"] is None


def test_a_page_that_is_just_full_is_the_last(zoho: Zoho) -> None:
    fill(zoho, 200)
    info = zoho.api("GET", "Accounts", query={"fields": "id"}).json["info"]
    assert (info["count"], info["more_records"], info["next_page_token"]) == (200, False, None)


def first_token(zoho: Zoho) -> str:
    fill(zoho, 3)
    token: str = zoho.api("GET", "Accounts", query={"fields": "id", "per_page": "1"}).json["info"]["next_page_token"]
    return token


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"fields": "id,Phone", "per_page": "1"}, "TOKEN_BOUND_DATA_MISMATCH"),
        ({"fields": "id", "per_page": "2"}, "TOKEN_BOUND_DATA_MISMATCH"),
        ({"fields": "id", "per_page": "1", "sort_order": "asc"}, "TOKEN_BOUND_DATA_MISMATCH"),
        ({"fields": "id", "per_page": "1", "page": "2"}, "AMBIGUITY_DURING_PROCESSING"),
        ({"fields": "id", "per_page": "1", "page_token": "none"}, "INVALID_DATA"),
    ],
)
def test_a_page_token_is_bound_to_its_question(zoho: Zoho, query: dict[str, str], code: str) -> None:
    reply = zoho.api("GET", "Accounts", query={"page_token": first_token(zoho), **query})
    assert (reply.status, reply.json["code"]) == (400, code)


def test_a_page_token_is_bound_to_its_module_and_user(zoho: Zoho) -> None:
    query = {"fields": "id", "per_page": "1", "page_token": first_token(zoho)}
    zoho.insert("Contacts", {"Last_Name": "Dunne"})
    assert zoho.api("GET", "Contacts", query=query).json["code"] == "TOKEN_BOUND_DATA_MISMATCH"
    other = zoho.mount.state.tokens.issue_access_token(
        "eu", "other", zoho.org.id, frozenset({"ZohoCRM.modules.ALL"}), START
    )
    assert zoho.api("GET", "Accounts", query=query, token=other.value).json["code"] == "INVALID_DATA"


def test_a_page_token_lives_a_day(zoho: Zoho) -> None:
    query = {"fields": "id", "per_page": "1", "page_token": first_token(zoho)}
    zoho.core.clock.advance(24 * 3600)
    zoho.renew()
    assert zoho.api("GET", "Accounts", query=query).json["code"] == "EXPIRED_VALUE"


def test_pages_by_number_skip_a_record_when_one_is_deleted_between_them_and_tokens_do_not(zoho: Zoho) -> None:
    fill(zoho, 4)
    query = {"fields": "id", "per_page": "2"}
    first = zoho.api("GET", "Accounts", query=query).json
    zoho.api("DELETE", f"Accounts/{first['data'][0]['id']}")
    by_number = zoho.api("GET", "Accounts", query={**query, "page": "2"}).json["data"]
    by_token = zoho.api("GET", "Accounts", query={**query, "page_token": first["info"]["next_page_token"]}).json["data"]
    assert len(by_number) == 1
    assert len(by_token) == 2


@pytest.mark.parametrize(
    "query",
    [
        {"per_page": "201"},
        {"per_page": "0"},
        {"page": "0"},
        {"page": "x"},
        {"sort_by": "Account_Name"},
        {"sort_order": "down"},
        {"cvid": "1"},
    ],
)
def test_wrong_parameters_are_refused(zoho: Zoho, query: dict[str, str]) -> None:
    fill(zoho, 1)
    reply = zoho.api("GET", "Accounts", query={"fields": "id", **query})
    assert (reply.status, reply.json["code"]) == (400, "INVALID_DATA")


def test_a_view_and_an_order_exclude_each_other(zoho: Zoho) -> None:
    reply = zoho.api("GET", "Accounts", query={"fields": "id", "cvid": "1", "sort_by": "id"})
    assert reply.json["code"] == "AMBIGUITY_DURING_PROCESSING"


def test_ids_choose_records_up_to_the_limit(zoho: Zoho) -> None:
    ids = fill(zoho, 60)
    reply = zoho.api("GET", "Accounts", query={"fields": "id", "ids": f"{ids[0]},{ids[5]},999"})
    assert [row["id"] for row in reply.json["data"]] == [ids[5], ids[0]]
    query = {"fields": "id", "ids": ",".join(ids[:51])}
    assert zoho.api("GET", "Accounts", query=query).json["code"] == "LIMIT_EXCEEDED"
    zoho.switch(zoho_ids_limit=100)
    assert len(zoho.api("GET", "Accounts", query=query).json["data"]) == 51


@pytest.mark.parametrize(("switch", "count"), [("inclusive", 2), ("exclusive", 1)])
def test_if_modified_since_takes_or_leaves_the_very_second(zoho: Zoho, switch: str, count: int) -> None:
    zoho.switch(zoho_modified_since=switch)
    for name in ("A", "B", "C"):
        zoho.insert("Accounts", {"Account_Name": name})
        zoho.core.clock.advance(10)
    headers = {"if-modified-since": "2026-11-02T11:30:10+02:00"}
    assert len(zoho.api("GET", "Accounts", query={"fields": "id"}, headers=headers).json["data"]) == count


def test_nothing_modified_since_is_304(zoho: Zoho) -> None:
    fill(zoho, 1)
    headers = {"if-modified-since": "2026-11-02T09:30:01+00:00"}
    reply = zoho.api("GET", "Accounts", query={"fields": "id"}, headers=headers)
    assert (reply.status, reply.text) == (304, "")


@pytest.mark.parametrize(
    "text", ["Mon, 02 Nov 2026 09:30:00 GMT", "2026-11-02T09:30:00", "2026-11-02T09:30:00.5+00:00"]
)
def test_if_modified_since_is_iso_with_offset_and_no_milliseconds(zoho: Zoho, text: str) -> None:
    reply = zoho.api("GET", "Accounts", query={"fields": "id"}, headers={"if-modified-since": text})
    assert (reply.status, reply.json["code"]) == (400, "INVALID_DATA")


def test_times_carry_the_users_offset_of_that_day_and_no_milliseconds(zoho: Zoho) -> None:
    org = zoho.mount.state.add_org(company_name="London", dc="eu", time_zone="Europe/London")
    assert org.render_time(START) == "2026-11-02T09:30:00+00:00"
    assert org.render_time(START.replace(month=7, microsecond=5)) == "2026-07-02T10:30:00+01:00"


def test_a_line_module_can_be_listed_unless_switched_off(zoho: Zoho) -> None:
    invoice = zoho.make_invoice(zoho.make_product())
    query = {"fields": "Parent_Id,Quantity"}
    (row,) = zoho.api("GET", "Invoiced_Items", query=query).json["data"]
    assert (row["Parent_Id"]["id"], row["Quantity"]) == (invoice, 2)
    zoho.switch(zoho_line_module_list="refused")
    assert zoho.api("GET", "Invoiced_Items", query=query).status == 400
