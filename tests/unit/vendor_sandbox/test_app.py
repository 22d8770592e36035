"""The sandbox as tests build it."""

import httpx
import pytest

from vendor_sandbox.app import Sandbox, create_sandbox
from vendor_sandbox.core.switches import Switches, SwitchRefusedError


async def sign_in(sandbox: Sandbox) -> str:
    transport = httpx.ASGITransport(app=sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as client:
        await client.post("/_control/zoho/orgs", json={"dc": "eu"})
        query = {
            "client_id": "zoho-sandbox-client",
            "response_type": "code",
            "redirect_uri": "http://127.0.0.1/callback",
            "scope": "ZohoCRM.org.READ",
        }
        reply = await client.get("/zoho/eu/oauth/v2/auth", params=query)
        return reply.headers["location"]


async def test_the_same_seed_deals_the_same_tokens_and_another_seed_others() -> None:
    first, again, other = [await sign_in(create_sandbox(seed=seed)) for seed in ("a", "a", "b")]
    assert first == again
    assert first != other


def test_switches_are_given_at_the_start_or_changed_later() -> None:
    sandbox = create_sandbox(Switches(coql_in_limit=100))
    assert sandbox.switches.coql_in_limit == 100
    sandbox.change_switches(coql_in_limit=50)
    assert sandbox.core.switches.coql_in_limit == 50
    with pytest.raises(SwitchRefusedError):
        sandbox.change_switches(coql_in_limit=51)


async def test_two_sandboxes_share_nothing() -> None:
    first, second = create_sandbox(), create_sandbox()
    await sign_in(first)
    assert first.ledger.list_calls()
    assert second.ledger.list_calls() == []
    assert second.zoho.state.orgs == {}
