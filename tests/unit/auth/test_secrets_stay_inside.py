"""No token, secret or code leaves auth: not in logs, events, metrics, refusals, nor in a dump of its database."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog
from tests.unit.auth.house import OPERATOR_TOKEN, House, read_query

from sync_kit.logs import configure_logging


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """Everything that is logged, at the most talkative level."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logging("DEBUG", service="auth", stream=stream)
    yield stream
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


async def test_secrets_stay_inside(house: House, log_lines: io.StringIO) -> None:
    partner = await house.add_partner("Canary Platform")
    secrets = {
        OPERATOR_TOKEN,
        partner.credentials["client_secret"],
        "zoho-sandbox-secret",
        "xero-sandbox-secret",
    }
    await house.add_zoho_org("us", "Canary Trading")
    user, _ = await house.add_xero_user("Canary Books")
    tenant_id = await partner.add_tenant("Canary Limited")
    for vendor in ("zoho", "xero"):
        started = await partner.start(tenant_id, vendor)
        opened = await house.browse(started["connect_url"])
        answer = (await house.ask_vendor(opened.headers["location"])).headers["location"]
        secrets |= {started["connect_url"].rsplit("/", 1)[1], *(read_query(answer)[name] for name in ("code", "state"))}
        assert (await house.browse(answer)).status == 200
        secrets.add((await house.borrow(tenant_id, vendor)).json["access_token"])
        house.advance(61)
        secrets.add((await house.borrow(tenant_id, vendor, failed_generation=1)).json["access_token"])
    house.sandbox.faults.add_rule("xero", "garbage", path="/connect/token")
    house.advance(1800)
    assert (await house.borrow(tenant_id, "xero")).status == 503
    house.sandbox.xero.state.tokens.revoke_user("xero-sandbox-client", user)
    house.advance(60)
    refused = await house.borrow(tenant_id, "xero")
    assert refused.status == 409
    secrets |= set(house.sandbox.zoho.state.tokens.refresh_tokens)
    told = await house.list_told()
    assert len(told) >= 6

    outside = {
        "log": log_lines.getvalue(),
        "events": "".join(event.model_dump_json() for event in told),
        "metrics": (await house.api().get("/metrics")).body.decode(),
        "refusal": refused.body.decode(),
        "settings": repr(house.settings),
    }
    stored = house.read_store()
    assert "request_served" in outside["log"]
    assert house.query("SELECT blob FROM vault")
    for secret in secrets:
        assert len(secret) > 12
        for place, text in outside.items():
            assert secret not in text, place
        assert secret.encode() not in stored
    for place in ("log", "events", "metrics", "refusal"):
        assert "Canary" not in outside[place], place
