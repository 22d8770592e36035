"""Several API calls at the same moment: one wins, the others are told so, and nothing is there twice.

On PostgreSQL they really meet, each in a transaction of its own.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import Any

from tests.factories import crm
from tests.fixtures.sales import list_living_invoices, sell
from tests.fixtures.shop import Shop, lay_over
from tests.fixtures.world import World

from zoho2xero.client import ApiError

AT_ONCE = 8

Json = dict[str, Any]


async def meet(calls: Sequence[Coroutine[Any, Any, Json]]) -> tuple[list[Json], Counter[int]]:
    """What the calls that succeeded answered, and how often the others were refused with which status."""
    ended = await asyncio.gather(*calls, return_exceptions=True)
    failed = [each for each in ended if isinstance(each, BaseException)]
    refused = [each for each in failed if isinstance(each, ApiError)]
    assert len(refused) == len(failed), failed
    return [each for each in ended if isinstance(each, dict)], Counter(error.status for error in refused)


async def test_one_idempotency_key_starts_one_run_however_often_it_is_sent_at_once(world: World) -> None:
    await sell(world)
    order = {"tenant_id": world.tenant_id}
    answers, refused = await meet([world.api.post("/v1/syncs", order, key="tuesday") for _ in range(AT_ONCE)])
    assert len({answer["run_id"] for answer in answers}) == 1
    assert not refused
    await world.finish(answers[0]["run_id"])
    runs = (await world.api.get("/v1/syncs", tenant_id=world.tenant_id))["items"]
    assert [run["run_id"] for run in runs if run["mode"] == "apply"] == [answers[0]["run_id"]]
    assert len(await list_living_invoices(world)) == 1


async def test_of_several_syncs_started_at_once_one_runs_and_the_others_are_told_which(world: World) -> None:
    await sell(world)
    order = {"tenant_id": world.tenant_id}
    answers, refused = await meet([world.api.post("/v1/syncs", order, key=f"k{n}") for n in range(AT_ONCE)])
    assert (len(answers), refused) == (1, {409: AT_ONCE - 1})
    assert (await world.finish(answers[0]["run_id"]))["state"] == "succeeded"


async def test_of_several_mappings_based_on_one_version_one_is_saved(world: World) -> None:
    path = f"/v1/mappings/{world.tenant_id}"
    held = await world.api.get(path)
    wanted = [lay_over(held["mapping"], {"statuses": {"invoices": {f"Status {n}": "wait"}}}) for n in range(AT_ONCE)]
    based_on = str(held["version"])
    answers, refused = await meet([world.api.put(path, body, based_on=based_on) for body in wanted])
    assert len(answers) == 1, refused
    assert refused == {409: AT_ONCE - 1}
    assert (await world.api.get(path))["version"] == held["version"] + 1


async def test_of_several_decisions_at_once_one_counts(world: World) -> None:
    shop = await Shop(world).open()
    typed = await world.add_xero("Contacts", Name="Near & Far Limited", EmailAddress="a@near.example")
    await world.add_xero("Contacts", Name="Near and Far Ltd.", EmailAddress="a@near.example")
    customer = await shop.add("Accounts", crm.account("Near & Far"))
    await shop.add("Contacts", crm.person("Near", customer, Email="a@near.example"))
    await shop.invoice(account=customer)
    await world.sync()
    question = await shop.ask(customer)
    body = {name: question[name] for name in ("module", "record_id", "question_id")}
    link, create = {**body, "decision": "link", "xero_id": typed["ContactID"]}, {**body, "decision": "create_new"}
    path = f"/v1/links/{world.tenant_id}/decisions"
    answers, refused = await meet([world.api.post(path, choice) for choice in (link, create) * (AT_ONCE // 2)])
    assert len(answers) + refused.total() == AT_ONCE
    assert not [status for status in refused if status != 409]
    await world.sync()
    (sale,) = await list_living_invoices(world)
    linked = sale["Contact"]["ContactID"] == typed["ContactID"]
    contacts = [row for row in await world.list_xero("Contacts") if "Near" in row["Name"]]
    assert len(contacts) == (2 if linked else 3)
    ours = [row["ContactID"] for row in contacts if row.get("ContactNumber") == customer]
    assert ours in ([], [sale["Contact"]["ContactID"]])


async def test_settings_that_are_saved_at_once_are_one_of_them_whole(world: World) -> None:
    path = f"/v1/settings/{world.tenant_id}"
    held = await world.api.get(path)
    kept = {name: held[name] for name in ("directions", "go_ahead")}
    wanted = [{**kept, "books_start_date": f"2026-01-0{n + 1}", "sending": ("all", "used")[n % 2]} for n in range(8)]
    answers, refused = await meet([world.api.put(path, body) for body in wanted])
    assert (len(answers), not refused) == (AT_ONCE, True)
    now = await world.api.get(path)
    assert {name: now[name] for name in ("books_start_date", "sending")} in [
        {name: body[name] for name in ("books_start_date", "sending")} for body in wanted
    ]
