"""Everything between an empty system and the first sync, through the public API and the vendors' own consent pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync_kit.clock import Clock
from sync_kit.http import HttpClient
from zoho2xero.client import ApiClient, ApiError, Credentials, call_json
from zoho2xero.demo.browser import walk_consent
from zoho2xero.watching import watch_run


@dataclass(frozen=True)
class Company:
    """A business to set up: its name, data centre, and what its bookkeeper decides."""

    name: str
    data_centre: str
    books_start_date: str
    mapping_changes: Mapping[str, Any]


@dataclass(frozen=True)
class Prepared:
    """What stands once set-up is over."""

    api: ApiClient
    credentials: Credentials
    tenant_id: str
    xero_tenant_id: str


class NotReadyError(Exception):
    """The check found what stops a first sync; the message holds every finding."""


async def prepare(http: HttpClient, url: str, operator_token: str, company: Company, *, clock: Clock) -> Prepared:
    """Partner, tenant, both connections, mapping, start date and go-ahead; `check_readiness` is what is left."""
    partner = await call_json(
        http, "POST", f"{url}/v1/partners", {"name": "Demo partner"}, {"authorization": f"Bearer {operator_token}"}
    )
    credentials = Credentials(url, partner["client_id"], partner["client_secret"])
    api = ApiClient(http, credentials, clock=clock)
    tenant = await api.post("/v1/tenants", {"name": company.name})
    tenant_id = tenant["tenant_id"]

    await _connect(http, api, {"tenant_id": tenant_id, "vendor": "zoho", "data_centre": company.data_centre})
    xero = await _connect(http, api, {"tenant_id": tenant_id, "vendor": "xero"})
    await _wait_until_known(api, tenant_id, clock)

    mapping = await api.get(f"/v1/mappings/{tenant_id}")
    changed = {**mapping["mapping"], **company.mapping_changes}
    await api.put(f"/v1/mappings/{tenant_id}", changed)
    await api.put(
        f"/v1/settings/{tenant_id}",
        {
            "books_start_date": company.books_start_date,
            "go_ahead": {"xero_tenant_id": xero["external_id"]},
        },
    )
    return Prepared(api, credentials, tenant_id, xero["external_id"])


async def check_readiness(prepared: Prepared, *, clock: Clock) -> dict[str, Any]:
    """A check of the whole set-up; its report. Raises NotReadyError unless it is green."""
    tenant_id = prepared.tenant_id
    run = await prepared.api.post("/v1/readiness", {"tenant_id": tenant_id})
    await watch_run(prepared.api, run["run_id"], clock=clock, tell=lambda _: None)
    report = await prepared.api.get("/v1/readiness", tenant_id=tenant_id)
    if not report["green"]:
        found = "; ".join(finding["sentence"] for finding in report["findings"])
        raise NotReadyError(f"the check is not green: {found or report['state']}")
    return report


async def _connect(http: HttpClient, api: ApiClient, wanted: Mapping[str, Any]) -> dict[str, Any]:
    connection = await api.post("/v1/connections", wanted)
    await walk_consent(http, connection["connect_url"])
    return await api.get(f"/v1/connections/{connection['connection_id']}")


async def _wait_until_known(api: ApiClient, tenant_id: str, clock: Clock) -> None:
    """The other services learn of a tenant by event; give that a moment."""
    for _ in range(100):
        try:
            settings = await api.get(f"/v1/settings/{tenant_id}")
            await api.get(f"/v1/mappings/{tenant_id}")
        except ApiError as error:
            if error.status != 404:
                raise
        else:
            if len(settings["connected"]) == 2:
                return
        await clock.sleep(0.1)
    raise TimeoutError("the services did not learn of the new tenant within 10 seconds")
