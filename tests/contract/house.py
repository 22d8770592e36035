"""The product with two partners in it, for callers who mean harm: real ids of the one, valid tokens of the other."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from pydantic import SecretStr
from tests.contract.raw_calls import RawAnswer, RawRequest, json_call, send_raw
from tests.fixtures.raw_stores import read_tables
from tests.fixtures.world import World, open_world

from auth.domain.partner import SCOPES
from sync_kit.identity import ServiceIdentity

Result = TypeVar("Result")

SECONDS_BETWEEN_CALLS = 0.25
"""Time passes between calls, so that limits per client and address refuse none of them."""


@dataclass(frozen=True)
class Partner:
    """A platform with its credential and what it owns."""

    client_id: str
    client_secret: str
    scopes: tuple[str, ...]
    ids: Mapping[str, str]


class House:
    """Calls into the world from tests that are no coroutines: property tests drive their own loop of examples."""

    def __init__(self, world: World, runner: asyncio.Runner) -> None:
        self.world = world
        self._runner = runner
        self._tokens: dict[tuple[str, tuple[str, ...]], tuple[str, float]] = {}
        credentials = world.prepared.credentials
        token = self._fetch_token(credentials.client_id, credentials.client_secret, ())
        connections = self.json("GET", f"/v1/connections?tenant_id={world.tenant_id}", token)["items"]
        ids = {"tenant_id": world.tenant_id, "connection_id": connections[0]["connection_id"]}
        ids["run_id"] = self.json("POST", "/v1/syncs", token, {"tenant_id": world.tenant_id})["run_id"]
        self.first = Partner(credentials.client_id, credentials.client_secret, tuple(SCOPES), ids)
        self.other = self._join_partner()
        self.run(world.settle())

    @property
    def services(self) -> Mapping[str, Any]:
        """Each service's application by name."""
        return {name: service.app for name, service in self.world.services.items()}

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Wait for a coroutine on the world's own event loop."""
        return self._runner.run(work)

    def send(self, service: str, request: RawRequest) -> RawAnswer:
        """One raw call."""
        self.world.clock.advance(SECONDS_BETWEEN_CALLS)
        return self.run(send_raw(self.services[service], request))

    def issue_token(self, partner: Partner, *, without: str | None = None) -> str:
        """A token of every scope, or of every scope but one."""
        scopes = tuple(scope for scope in partner.scopes if scope != without)
        known = self._tokens.get((partner.client_id, scopes))
        now = self.world.clock.monotonic()
        if known is None or known[1] < now:
            known = (self._fetch_token(partner.client_id, partner.client_secret, scopes), now + 600)
            self._tokens[partner.client_id, scopes] = known
        return known[0]

    def issue_service_token(self, name: str = "xero-writer") -> str:
        """What one of our services shows to another."""
        return ServiceIdentity(name, SecretStr(self.world.secrets.service_key), self.world.clock).issue_token()

    def json(self, method: str, target: str, token: str, body: object = None) -> Any:
        """A call that must succeed."""
        owner = "scheduler" if target.startswith("/v1/syncs") else "auth"
        answer = self.send(owner, json_call(method, target, token, body))
        assert answer.status < 300, answer
        return answer.json

    def dump_stores(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every service's store."""
        return {
            f"{service}.{table}": rows
            for service, url in self.world.database_urls.items()
            for table, rows in read_tables(url).items()
        }

    def _fetch_token(self, client_id: str, client_secret: str, scopes: tuple[str, ...]) -> str:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        if scopes:
            form["scope"] = " ".join(scopes)
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = self.send("auth", RawRequest("POST", "/v1/oauth/token", headers, (urlencode(form).encode(),)))
        assert answer.status == 200, answer
        return str(answer.json["access_token"])

    def _join_partner(self) -> Partner:
        made = self.json("POST", "/v1/partners", self.world.secrets.operator_token, {"name": "Other platform"})
        partner = Partner(made["client_id"], made["client_secret"], tuple(made["scopes"]), {})
        tenant = self.json("POST", "/v1/tenants", self.issue_token(partner), {"name": "Other tenant"})
        return Partner(partner.client_id, partner.client_secret, partner.scopes, {"tenant_id": tenant["tenant_id"]})


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """A world with a connected tenant, a started run, and a second partner with a tenant of its own."""

    async def enter() -> World:
        world = await opened.__aenter__()
        await world.connect()
        return world

    opened = open_world(folder)
    with asyncio.Runner() as runner:
        world = runner.run(enter())
        try:
            yield House(world, runner)
        finally:
            runner.run(opened.__aexit__(None, None, None))
