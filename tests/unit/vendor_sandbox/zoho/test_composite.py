"""Composite requests."""

from typing import Any

import pytest
from tests.unit.vendor_sandbox.zoho.conftest import Reply, Zoho


def compose(zoho: Zoho, *subs: dict[str, Any], token: str | None = None, **flags: Any) -> Reply:
    named = [{"sub_request_id": str(number), **sub} for number, sub in enumerate(subs, 1)]
    return zoho.api("POST", "__composite_requests", json={"__composite_requests": named, **flags}, token=token)


def ask(uri: str, **more: Any) -> dict[str, Any]:
    return {"method": "GET", "uri": f"/crm/v8/{uri}", **more}


def query(text: str) -> dict[str, Any]:
    return {"method": "POST", "uri": "/crm/v8/coql", "body": {"select_query": text}}


def responses(reply: Reply) -> list[dict[str, Any]]:
    return [each["details"]["response"] for each in reply.json["__composite_requests"]]


def test_five_questions_travel_in_one_call_for_one_credit(zoho: Zoho) -> None:
    product = zoho.make_product()
    zoho.make_invoice(product)
    seq = zoho.core.ledger.list_calls()[-1].seq
    reply = compose(
        zoho,
        ask(f"Products/{product}"),
        ask("Products", params={"fields": "Product_Code"}),
        ask("Products?fields=Product_Code"),
        ask("Invoices/actions/count"),
        query("select id from Invoices where id is not null"),
    )
    assert reply.status == 200
    assert [each["status_code"] for each in responses(reply)] == [200] * 5
    assert responses(reply)[1]["body"]["data"] == responses(reply)[2]["body"]["data"]
    assert [each["sub_request_id"] for each in reply.json["__composite_requests"]] == ["1", "2", "3", "4", "5"]
    assert zoho.core.ledger.count_calls(since_seq=seq)["credits"] == 1


def test_an_empty_answer_inside_is_204_without_body(zoho: Zoho) -> None:
    (response,) = responses(compose(zoho, query("select id from Invoices where id is not null")))
    assert (response["status_code"], response["body"]) == (204, None)


def test_headers_of_a_sub_request_count(zoho: Zoho) -> None:
    zoho.make_product()
    since = {"If-Modified-Since": "2026-11-02T09:30:01+00:00"}
    (response,) = responses(compose(zoho, ask("Products?fields=id", headers=since)))
    assert response["status_code"] == 304


def test_reads_are_capped_at_25_rows_or_refused_by_switch(zoho: Zoho) -> None:
    zoho.insert("Accounts", *({"Account_Name": f"A{n}"} for n in range(30)))
    text = "select id from Accounts where id is not null"
    asked = [
        ask("Accounts?fields=id"),
        ask("Accounts?fields=id&per_page=200"),
        query(text),
        query(f"{text} limit 2000"),
    ]
    for response in responses(compose(zoho, *asked)):
        assert len(response["body"]["data"]) == 25
        assert response["body"]["info"]["more_records"] is True
    zoho.switch(zoho_composite_over_limit="refuse")
    assert [each["status_code"] for each in responses(compose(zoho, *asked))] == [200, 400, 200, 400]


def test_writes_take_one_record(zoho: Zoho) -> None:
    one = {"method": "POST", "uri": "/crm/v8/Accounts", "body": {"data": [{"Account_Name": "A"}]}}
    two = {
        "method": "POST",
        "uri": "/crm/v8/Accounts",
        "body": {"data": [{"Account_Name": "B"}, {"Account_Name": "C"}]},
    }
    reply = compose(zoho, one, two)
    assert reply.status == 207
    assert [each["status_code"] for each in responses(reply)] == [201, 400]
    assert zoho.api("GET", "Accounts/actions/count").json == {"count": 1}


def test_a_later_request_may_use_an_earlier_answer(zoho: Zoho) -> None:
    create = {"method": "POST", "uri": "/crm/v8/Accounts", "body": {"data": [{"Account_Name": "A"}]}}
    reply = compose(zoho, create, ask("Accounts/@{1:$.data[0].details.id}"))
    assert responses(reply)[1]["body"]["data"][0]["Account_Name"] == "A"
    reply = compose(zoho, ask("Accounts/@{9:$.data[0].id}"))
    assert responses(reply)[0]["status_code"] == 400


def test_all_failed_is_400(zoho: Zoho) -> None:
    assert compose(zoho, ask("Nope?fields=id"), ask("nowhere/at/all/x")).status == 400


@pytest.mark.parametrize("uri", ["/crm/v8/__composite_requests", "/crm/v7/Accounts", "/oauth/v2/token"])
def test_what_cannot_be_composed_fails_alone(zoho: Zoho, uri: str) -> None:
    reply = compose(zoho, {"method": "POST", "uri": uri, "body": {}})
    assert responses(reply)[0]["body"]["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize(
    "subs",
    [
        [],
        [ask("org")] * 6,
        [{"method": "GET"}],
        ["x"],
        [ask("org", sub_request_id="1"), ask("org", sub_request_id="1")],
    ],
)
def test_a_wrong_composite_is_refused_as_a_whole(zoho: Zoho, subs: list[Any]) -> None:
    reply = zoho.api("POST", "__composite_requests", json={"__composite_requests": subs})
    assert reply.status == 400
    assert "code" in reply.json


def test_rollback_and_parallel_exclude_each_other(zoho: Zoho) -> None:
    reply = compose(zoho, ask("org"), rollback_on_fail=True, parallel_execution=True)
    assert (reply.status, reply.json["code"]) == (400, "AMBIGUITY_DURING_PROCESSING")


def test_a_failure_rolls_back_what_was_written_before_it(zoho: Zoho) -> None:
    invoice = zoho.make_invoice(zoho.make_product())
    good = {"method": "PUT", "uri": f"/crm/v8/Invoices/{invoice}", "body": {"data": [{"Adjustment": 5}]}}
    bad = {"method": "POST", "uri": "/crm/v8/Accounts", "body": {"data": [{}]}}
    compose(zoho, good, bad, rollback_on_fail=True, parallel_execution=False)
    record = zoho.read("Invoices", invoice)
    assert record["Grand_Total"] == 20
    row = record["Invoiced_Items"][0]
    assert zoho.query("Total", "Invoiced_Items", f"id = '{row['id']}'").json["data"][0]["Total"] == 20
    versions = zoho.core.ledger.list_versions(vendor="zoho", kind="Invoices", id=invoice)
    assert [version.action for version in versions] == ["created", "updated, rolled back"]
    compose(zoho, good, bad, rollback_on_fail=False)
    assert zoho.read("Invoices", invoice)["Grand_Total"] == 25


def test_a_rollback_that_was_not_needed_costs_two_credits(zoho: Zoho) -> None:
    compose(zoho, ask("org"), rollback_on_fail=True, parallel_execution=False)
    assert zoho.core.ledger.list_calls()[-1].credits_used == 2


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        (["ZohoCRM.composite_requests.CUSTOM"], 401),
        (["ZohoCRM.org.READ", "ZohoCRM.modules.ALL", "ZohoCRM.coql.READ"], 401),
        (["ZohoCRM.composite_requests.CUSTOM", "ZohoCRM.org.READ", "ZohoCRM.coql.READ"], 401),
        (["ZohoCRM.composite_requests.CUSTOM", "ZohoCRM.org.READ", "ZohoCRM.coql.READ", "ZohoCRM.modules.READ"], 200),
    ],
)
def test_a_composite_needs_its_own_scope_and_those_of_all_its_parts(zoho: Zoho, scopes: list[str], status: int) -> None:
    token = zoho.token_with(*scopes)
    parts = [ask("org"), query("select id from Accounts where id is not null")]
    assert compose(zoho, *parts, token=token).status == status
