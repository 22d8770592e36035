"""Many tenants of one partner, each with a CRM and books of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from tests.bench.house import COMPANY

from sync_kit.clock import Clock
from sync_kit.http import HttpClient
from zoho2xero.client import ApiClient, ApiError, Credentials, call_json
from zoho2xero.demo.browser import walk_consent
from zoho2xero.demo.prepare import Prepared, check_readiness
from zoho2xero.demo.sandbox import SandboxControl

SIGN_INS: Final = 10
SIGN_IN_WINDOW: Final = timedelta(minutes=10, seconds=1)

Json = dict[str, Any]


@dataclass(frozen=True)
class Tenant:
    """A tenant and both its sides."""

    tenant_id: str
    zoho_org_id: str
    xero_tenant_id: str


@dataclass(frozen=True)
class Partner:
    """A partner's own client, and what its customers' people need to consent."""

    http: HttpClient
    control: SandboxControl
    clock: Clock
    credentials: Credentials
    api: ApiClient

    @classmethod
    async def register(
        cls, http: HttpClient, control: SandboxControl, clock: Clock, url: str, operator_token: str
    ) -> "Partner":
        """A new partner."""
        made = await call_json(
            http, "POST", f"{url}/v1/partners", {"name": "Bench"}, {"authorization": f"Bearer {operator_token}"}
        )
        credentials = Credentials(url, made["client_id"], made["client_secret"])
        return cls(http, control, clock, credentials, ApiClient(http, credentials, clock=clock))

    async def connect_tenant(self, zoho_org_id: str, number: int) -> Tenant:
        """Connected to this CRM and to new books, everything decided; `check` is what is left before a sync."""
        await self.control.call("POST", "/zoho/consent", {"org_id": zoho_org_id})
        xero_tenant_id = await self.control.make_xero_organisation(f"Bench Books {number}")
        tenant_id = str((await self.api.post("/v1/tenants", {"name": f"Bench {number}"}))["tenant_id"])
        zoho = {"tenant_id": tenant_id, "vendor": "zoho", "data_centre": COMPANY.data_centre}
        async with self._at_time_to_sign_in(number):
            await self._connect(zoho)
        await self._connect({"tenant_id": tenant_id, "vendor": "xero"})
        await self._wait_until_known(tenant_id)
        mapping = await self.api.get(f"/v1/mappings/{tenant_id}")
        await self.api.put(f"/v1/mappings/{tenant_id}", {**mapping["mapping"], **COMPANY.mapping_changes})
        settings = {
            "books_start_date": COMPANY.books_start_date,
            "go_ahead": {"xero_tenant_id": xero_tenant_id},
            "sending": "all",
        }
        await self.api.put(f"/v1/settings/{tenant_id}", settings)
        return Tenant(tenant_id, zoho_org_id, xero_tenant_id)

    async def check(self, tenant: Tenant) -> None:
        """A green check. Raises NotReadyError."""
        prepared = Prepared(self.api, self.credentials, tenant.tenant_id, tenant.xero_tenant_id)
        await check_readiness(prepared, clock=self.clock)

    async def start(self, tenant: Tenant) -> str:
        """Start a sync; its run_id."""
        return str((await self.api.post("/v1/syncs", {"tenant_id": tenant.tenant_id}))["run_id"])

    async def wait_for_end(self, run_id: str, *, look_every_seconds: float = 1.0) -> Json:
        """The run when it has ended. Raises RuntimeError unless it succeeded."""
        while True:
            run = await self.api.get(f"/v1/syncs/{run_id}")
            if run["state"] == "succeeded":
                return run
            if run["state"] in {"partial", "failed", "cancelled"}:
                raise RuntimeError(f"the run ended as {run['state']}: {run}")
            await self.clock.sleep(look_every_seconds)

    @asynccontextmanager
    async def _at_time_to_sign_in(self, number: int) -> AsyncIterator[None]:
        """Zoho lets an app sign in ten customers in ten minutes. So each ten of them do it ten minutes after the ten
        before, and the vendors' clock is set right again when one is through: nothing else goes by that time."""
        was_frozen = (await self.control.call("GET", "/clock"))["frozen"]
        later = SIGN_IN_WINDOW * (number // SIGN_INS)
        await self.control.call("PUT", "/clock", {"freeze_at": (self.clock.now() + later).isoformat()})
        try:
            yield
        finally:
            await self.control.call("PUT", "/clock", {"freeze_at": self.clock.now().isoformat()})
            if not was_frozen:
                await self.control.call("PUT", "/clock", {"run": True})

    async def _connect(self, wanted: Json) -> None:
        connection = await self.api.post("/v1/connections", wanted)
        await walk_consent(self.http, connection["connect_url"])

    async def _wait_until_known(self, tenant_id: str) -> None:
        for _ in range(300):
            try:
                settings = await self.api.get(f"/v1/settings/{tenant_id}")
                await self.api.get(f"/v1/mappings/{tenant_id}")
            except ApiError as error:
                if error.status != 404:
                    raise
            else:
                if len(settings["connected"]) == 2:
                    return
            await self.clock.sleep(0.1)
        raise TimeoutError("the services did not learn of the new tenant within 30 seconds")
