"""The queue of questions and the decisions, over the API."""

from typing import Any

import pytest
from tests.unit.xero_writer.routes.conftest import Partners
from tests.unit.xero_writer.world import TENANT, World

from sync_kit.contracts.vocabulary import Module
from sync_kit.testing import ApiClient

QUESTIONS, DECISIONS = f"/v1/links/{TENANT}/questions", f"/v1/links/{TENANT}/decisions"
SCOPES = ("syncs:read", "syncs:write")
PEOPLE = [{"id": "1", "Last_Name": "Lee", "Email": "ann@ours.example"}]
BODY = {"module": "accounts", "record_id": "1000", "decision": "create_new"}


@pytest.fixture
async def client(world: World, partners: Partners) -> ApiClient:
    """A client of a tenant with two customers whose names are others' in Xero."""
    for number in (1000, 1001):
        body = {"Name": f"Customer {number}", "EmailAddress": "b@theirs.example"}
        await world.person("POST", "Contacts", body)
    sale = world.sale(2)
    sale[Module.ACCOUNTS] = [world.account(str(number), Contacts=PEOPLE) for number in (1000, 1001)]
    await world.sync(sale)
    return partners.open(scopes=SCOPES)


async def list_all(client: ApiClient, **params: str) -> list[dict[str, Any]]:
    return list((await client.get(QUESTIONS, params=params)).json["items"])


async def test_a_question_says_why_what_it_could_be_and_which_answers_are_taken(client: ApiClient) -> None:
    first, second = await list_all(client)
    assert (first["module"], first["record_id"], second["record_id"]) == ("accounts", "1000", "1001")
    assert first["label"]["name"] == "Customer 1000"
    [reason] = first["reasons"]
    assert reason["code"] == "name_taken"
    assert 'Account "Customer 1000" has the name of another customer or supplier' in reason["sentence"]
    assert (first["decisions"], first["candidate_kind"]) == (["link", "create_new"], "contact")
    [candidate] = first["candidates"]
    assert (candidate["name"], candidate["email"]) == ("Customer 1000", "b@theirs.example")
    assert first["decided"] is None


async def test_questions_come_in_pages_and_by_record(client: ApiClient) -> None:
    page = (await client.get(QUESTIONS, params={"limit": "1"})).json
    rest = (await client.get(QUESTIONS, params={"limit": "1", "cursor": page["next_cursor"]})).json
    assert [page["items"][0]["record_id"], rest["items"][0]["record_id"]] == ["1000", "1001"]
    assert rest["next_cursor"] is None
    assert [each["record_id"] for each in await list_all(client, record_id="1001")] == ["1001"]
    assert await list_all(client, module="invoices") == []


async def test_a_decision_is_kept_shown_and_may_be_made_again(client: ApiClient) -> None:
    [first, _] = await list_all(client)
    body = {**BODY, "question_id": first["question_id"]}
    made = await client.post(DECISIONS, body)
    assert (made.status, made.json["decision"]) == (200, "create_new")
    assert (await client.post(DECISIONS, body)).json == made.json
    [shown, _] = await list_all(client)
    assert shown["decided"] == {"decision": "create_new", "xero_id": None, "decided_at": made.json["decided_at"]}


async def test_another_decision_before_the_next_run_replaces_the_first(world: World, client: ApiClient) -> None:
    [first, _] = await list_all(client)
    await client.post(DECISIONS, BODY)
    xero_id = first["candidates"][0]["xero_id"]
    answer = await client.post(DECISIONS, {**BODY, "decision": "link", "xero_id": xero_id})
    assert answer.status == 200
    counts = await world.sync()
    assert counts["accounts", "linked"] == 1
    [left] = await list_all(client)
    assert left["record_id"] == "1001"
    again = await client.post(DECISIONS, {**BODY, "decision": "link", "xero_id": xero_id})
    assert (again.status, again.json) == (200, answer.json)
    assert (await client.post(DECISIONS, BODY)).status == 409


@pytest.mark.parametrize(
    "change",
    [
        {"decision": "destroy"},
        {"module": "deals"},
        {"record_id": "x" * 65},
        {"record_id": "1' OR 1=1"},
        {"xero_id": "y" * 65, "decision": "link"},
        {"question_id": "z"},
        {"more": 1},
        {"decision": "link", "xero_id": "00000000-0000-0000-0000-000000000000"},
    ],
)
async def test_hostile_bodies_are_refused(client: ApiClient, change: dict[str, Any]) -> None:
    assert (await client.post(DECISIONS, {**BODY, **change})).status == 422


async def test_strangers_see_and_decide_nothing(partners: Partners, client: ApiClient) -> None:
    stranger = partners.open("partner-2", scopes=SCOPES)
    assert (await stranger.get(QUESTIONS)).status == 404
    assert (await stranger.post(DECISIONS, BODY)).status == 404
    reader = partners.open(scopes=("syncs:read",))
    assert (await reader.post(DECISIONS, BODY)).status == 403
    unknown = await client.post(DECISIONS, {**BODY, "record_id": "unknown"})
    assert (unknown.status, unknown.json["code"]) == (409, "not_asked")
