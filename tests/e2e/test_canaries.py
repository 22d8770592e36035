"""A sync with everything going wrong, with unique words in every name, text, secret and token: where they end up.

Tokens and secrets lie nowhere in the clear. What tells of people and of their papers lies in payloads, which live 30
days, and nowhere that lasts or that operators look at: no log, header, metric, refusal, link, action, decision or
ledger row.
"""

import io
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog
from sqlalchemy import text
from tests.factories import crm
from tests.fixtures import canaries
from tests.fixtures.canaries import PEOPLE
from tests.fixtures.world import API, Crash, World, crash_at, open_world

from sync_kit import points
from sync_kit.bus import Message
from sync_kit.contracts import codec
from sync_kit.errors import BadAnswerError
from sync_kit.http import HttpRequest
from sync_kit.logs import configure_logging, get_logger

P = PEOPLE


@dataclass
class Evidence:
    """The world after its story, everything that was logged, every refusal, every secret that ever was."""

    world: World
    log: io.StringIO
    refusals: list[bytes] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def note_secrets(self) -> None:
        self.secrets |= canaries.list_secrets(self.world)


@pytest.fixture(scope="module")
def log_lines() -> Iterator[io.StringIO]:
    """Everything that anybody logs, at the most talkative level."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logging("DEBUG", stream=stream)
    yield stream
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def evidence(tmp_path_factory: pytest.TempPathFactory, log_lines: io.StringIO) -> AsyncIterator[Evidence]:
    """The story, told once."""
    async with open_world(tmp_path_factory.mktemp("canaries")) as world:
        await world.connect()
        found = Evidence(world, log_lines)
        found.note_secrets()
        await fill(world)
        await sync_through_faults(found)
        await crash_and_go_on(found)
        await lose_both_vendors(found)
        await ask_for_refusals(found)
        found.note_secrets()
        yield found


async def fill(world: World) -> None:
    """Customers, suppliers, goods and papers, some of them refused by us or by Xero."""
    await world.add_xero("Contacts", Name=P["bookkeeper's contact"], EmailAddress=f"{P['mailbox']}@books.example")
    (customer,) = await world.add_crm(
        "Accounts",
        crm.account(f"{P['customer']} Ltd", Billing_Street=P["street"], Phone=P["phone"]),
    )
    await world.add_crm(
        "Contacts",
        crm.person(P["person"], customer, First_Name=P["person"], Email=f"{P['mailbox']}@customer.example"),
        crm.person(f"{P['person']} alone", Email=f"{P['mailbox']}@alone.example"),
    )
    (supplier,) = await world.add_crm("Vendors", crm.vendor(f"{P['supplier']} Ltd", Street=P["street"]))
    (goods, nameless) = await world.add_crm(
        "Products",
        crm.product("TEA-1", f"{P['goods']} tea", Description=P["goods"]),
        crm.product("x" * 31, f"{P['goods']} with a code that is too long"),
    )
    item = crm.line(goods, Description=P["line"])
    await world.add_crm(
        "Invoices",
        crm.invoice(customer, item, Subject=P["document"]),
        crm.invoice(customer, item, Subject=P["document"], status="Shipped"),
        crm.invoice(customer, crm.line(nameless, Description=P["line"]), Subject=P["document"]),
        crm.invoice(customer, crm.line(goods, 1, "-5.00", Description=P["line"]), Subject=P["document"]),
    )
    await world.add_crm("Purchase_Orders", crm.purchase_order(supplier, item, Subject=P["document"]))


async def sync_through_faults(found: Evidence) -> None:
    """Dead tokens, 500s, cut and senseless answers on both sides; some repeat what we sent, as vendors do."""
    world = found.world
    await world.pass_time(120)
    echo = f'{{"Message": "{P["customer"]} of {P["street"]} <{P["mailbox"]}@customer.example> is not good"}}'
    for fault in (
        {"vendor": "zoho", "path": "coql", "kind": "token_revoked"},
        {"vendor": "zoho", "path": "coql", "kind": "status", "status": 500, "answer": echo, "skip": 1},
        {"vendor": "zoho", "path": "coql", "kind": "garbage", "skip": 2},
        {"vendor": "zoho", "path": "coql", "kind": "truncated", "skip": 3},
        {"vendor": "xero", "method": "GET", "path": "/Contacts", "kind": "token_revoked"},
        {"vendor": "xero", "method": "PUT", "path": "/Contacts", "kind": "status", "status": 400, "answer": echo},
        {"vendor": "xero", "method": "PUT", "path": "/Items", "kind": "wrote_then_status", "status": 500},
        {"vendor": "xero", "method": "PUT", "path": "/Invoices", "kind": "truncated"},
        {"vendor": "xero", "method": "GET", "path": "/Items", "kind": "garbage"},
    ):
        await world.add_fault(**fault)
    run = await world.sync(mode="plan")
    found.note_secrets()
    assert run["state"] in {"succeeded", "partial"}, run
    run = await world.sync()
    found.note_secrets()
    assert run["state"] == "partial", run
    assert len(await world.list_xero("Invoices")) >= 2
    texts = repr(await world.log(run["run_id"]))
    assert [rule.describe() for rule in world.sandbox.faults.list_rules() if not rule.struck] == []
    assert P["customer"] in texts, "the sync log is the place where people do see names"


async def crash_and_go_on(found: Evidence) -> None:
    """Killed between Xero's answer and its saving."""
    world = found.world
    await world.pass_time(600)
    (customer,) = await world.add_crm("Accounts", crm.account(f"Second {P['customer']} Ltd"))
    (goods,) = await world.add_crm("Products", crm.product("TEA-2", f"{P['goods']} other tea"))
    await world.add_crm("Invoices", crm.invoice(customer, crm.line(goods, Description=P["line"])))
    run_id = await world.start()
    with points.hooked(crash_at("intent.answered", skip=1)):
        with pytest.raises(Crash):
            await world.settle()
        await world.restart()
    await world.finish(run_id)
    found.note_secrets()


async def lose_both_vendors(found: Evidence) -> None:
    """The books withdraw their consent, and the CRM's accounts server talks nonsense."""
    world = found.world
    (customer,) = await world.add_crm("Accounts", crm.account(f"Third {P['customer']} Ltd"))
    (goods,) = await world.add_crm("Products", crm.product("TEA-3", f"{P['goods']} last tea"))
    await world.add_crm("Invoices", crm.invoice(customer, crm.line(goods, Description=P["line"])))
    await world.add_fault(vendor="zoho", path="/oauth/v2/token", kind="garbage")
    await world.pass_time(3600)
    await world.control.call("POST", "/xero/disconnect", {"tenant_id": world.prepared.xero_tenant_id})
    run_id = await world.start()
    for _ in range(6):
        await world.settle()
        await world.pass_time(30)
    assert (await world.api.get(f"/v1/syncs/{run_id}"))["state"] == "waiting"
    await world.api.post(f"/v1/syncs/{run_id}/cancel")
    await world.finish(run_id)


async def ask_for_refusals(found: Evidence) -> None:
    """Every kind of refusal, with canaries in everything that a caller sends."""
    world = found.world
    token = await fetch_token(world)
    word = P["customer"]
    for method, path, body in (
        ("GET", f"/v1/tenants/{word}", None),
        ("GET", f"/v1/tenants/{word}@{word}", None),
        ("GET", f"/v1/log?tenant_id={world.tenant_id}&code={word}%20&module={word}", None),
        ("POST", "/v1/tenants", {"name": [word]}),
        ("POST", "/v1/connections", {"tenant_id": world.tenant_id, "vendor": word, "return_url": f"https://{word}/"}),
        ("POST", "/v1/syncs", {"tenant_id": word, "modules": [word], "since": word}),
        ("PUT", f"/v1/settings/{world.tenant_id}", {"books_start_date": word, "sending": word}),
        ("PUT", f"/v1/mappings/{world.tenant_id}", {"accounts": {"sales": word}, "amounts": word, "due_days": word}),
        ("POST", f"/v1/links/{world.tenant_id}/decisions", {"module": word, "record_id": "1", "decision": word}),
        ("GET", f"/v1/zoho/{world.tenant_id}/fields?module={word}", None),
    ):
        for credential in (token, token[:-8] + "AAAAAAAA"):
            answer = await call(world, method, path, credential, body)
            assert answer[0] >= 400, (method, path, answer)
            found.refusals.append(answer[1])
    form = f"grant_type=client_credentials&client_id={word}&client_secret={world.prepared.credentials.client_secret}"
    request = HttpRequest(
        "POST",
        f"{API}/v1/oauth/token",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=form.encode(),
    )
    found.refusals.append((await world.http.send(request, timeout_seconds=30)).body)
    found.refusals.append(
        (await call(world, "GET", f"/connect/xero/callback?code={word}&state={word}", token, None))[1]
    )


async def fetch_token(world: World) -> str:
    credentials = world.prepared.credentials
    form = {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
    }
    response = await world.http.send(HttpRequest("POST", f"{API}/v1/oauth/token", form=form), timeout_seconds=30)
    return str(codec.loads(response.body)["access_token"])


async def call(world: World, method: str, path: str, token: str, body: Any) -> tuple[int, bytes]:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    raw = None if body is None else codec.dumps(body)
    response = await world.http.send(HttpRequest(method, f"{API}{path}", headers=headers, body=raw), timeout_seconds=30)
    return response.status, response.body


# --- the searches ---

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_no_secret_and_no_token_lies_in_the_clear_in_any_store(evidence: Evidence) -> None:
    files = await canaries.read_stores(evidence.world)
    assert len(evidence.secrets) > 12
    assert canaries.find_secrets(evidence.secrets, files) == set()


async def test_no_secret_and_no_person_is_in_a_log_line(evidence: Evidence) -> None:
    lines = evidence.log.getvalue()
    assert "request_served" in lines
    assert len(lines.splitlines()) > 100
    assert canaries.find_secrets(evidence.secrets, {"log": lines.encode()}) == set()
    assert canaries.find_people({"log": lines}) == set()


async def test_no_secret_and_no_person_is_in_a_header_of_an_event(evidence: Evidence) -> None:
    headers = await canaries.read_headers(evidence.world)
    assert headers.count("ce_id") > 30
    assert canaries.find_secrets(evidence.secrets, {"headers": headers.encode()}) == set()
    assert canaries.find_people({"headers": headers}) == set()


async def test_no_secret_and_no_person_is_in_metrics_readiness_or_the_apis_description(evidence: Evidence) -> None:
    pages = await canaries.read_pages(evidence.world)
    assert len(pages) == 12
    assert canaries.find_secrets(evidence.secrets, {name: page.encode() for name, page in pages.items()}) == set()
    assert canaries.find_people(pages) == set()


async def test_no_refusal_repeats_a_secret_or_a_person(evidence: Evidence) -> None:
    places = {str(number): body for number, body in enumerate(evidence.refusals)}
    assert len(places) > 20
    assert canaries.find_secrets(evidence.secrets, places) == set()
    assert canaries.find_people({place: body.decode() for place, body in places.items()}) == set()


async def test_people_and_their_papers_lie_in_payloads_and_in_no_table_that_lasts(evidence: Evidence) -> None:
    holding = canaries.find_people(await canaries.list_tables(evidence.world))
    wrong = {hit for hit in holding if hit[0] not in canaries.MAY_HOLD_PEOPLE}
    assert wrong - {(canaries.GOODS_MAY_LIE_IN, "goods")} == set()
    assert {what for _, what in holding} >= set(PEOPLE) - {"bookkeeper's contact"}, "the canaries did travel"


# --- and each of them can fail ---


async def test_the_search_of_the_log_finds_a_name_and_a_token(log_lines: io.StringIO) -> None:
    before = len(log_lines.getvalue())
    get_logger("planted").info("planted", note=f"invoice of {P['customer'].upper()}", other="1000.aaaaaaaa.bbbbbbbb")
    try:
        raise BadAnswerError(f"{P['person']} said no")
    except BadAnswerError:
        get_logger("planted").exception("planted")
    lines = log_lines.getvalue()[before:]
    assert {what for _, what in canaries.find_people({"log": lines})} == {"customer", "person"}
    assert canaries.find_secrets({"1000.aaaaaaaa.bbbbbbbb"}, {"log": lines.encode()}) == {"log"}


async def test_the_search_of_the_stores_finds_what_was_planted_in_each(tmp_path: Path) -> None:
    token = "planted-token-0123456789"
    async with open_world(tmp_path) as world:
        planted = {
            "auth": "INSERT INTO counters (name, value) VALUES (:value, 1)",
            "xero-writer": "INSERT INTO decisions VALUES"
            " ('t', 'accounts', '1', 'link', :value, '2026-01-05', '2026-01-05', 'c', NULL)",
            "scheduler": "INSERT INTO inbox VALUES (:value, '2026-01-05')",
            "zoho-reader": "INSERT INTO inbox VALUES (:value, '2026-01-05')",
        }
        await world.bus.publish([Message("tenants.v1", "t", {}, b"{}")])
        for name, statement in planted.items():
            async with world.services[name].store.transaction() as session:
                await session.execute(text(statement), {"value": f"{token} {P['customer'].title()}"})
        holding_stores = canaries.find_secrets({token}, await canaries.read_stores(world))
        assert holding_stores == {name.replace("-", "_") for name in planted}
        holding = canaries.find_people(await canaries.list_tables(world))
        assert {place for place, _ in holding} == {
            "auth.counters", "xero_writer.decisions", "scheduler.inbox", "zoho_reader.inbox",
        }  # fmt: skip
        assert not {place for place, _ in holding} & canaries.MAY_HOLD_PEOPLE


async def test_the_search_of_headers_and_pages_finds_what_was_planted(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.bus.publish([Message("tenants.v1", "t", {"ce_note": P["mailbox"]}, b"{}")])
        assert canaries.find_people({"headers": await canaries.read_headers(world)}) == {("headers", "mailbox")}
        for path in (f"/{P['street']}", "/v1/tenants"):
            await world.http.send(HttpRequest(P["street"].upper(), f"{API}{path}"), timeout_seconds=30)
        pages = await canaries.read_pages(world)
        assert canaries.find_people(pages) == set(), "neither a path nor a method becomes a label"
        name = next(name for name in pages if name.startswith("metrics"))
        assert canaries.find_people({name: pages[name].replace("unmatched", P["street"])} | {"x": P["street"]})
        jwt = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJjbGllbnQifQ.c2lnbmF0dXJlLW9mLWl0"
        assert canaries.find_secrets(set(), {"page": f"token={jwt}".encode()}) == {"page"}
