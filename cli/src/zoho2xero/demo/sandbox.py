"""The sandbox's control API, as far as the demo needs it: seed both vendors, edit as people do, read the ledger."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sync_kit.contracts import codec
from sync_kit.http import HttpClient, HttpRequest
from zoho2xero.client import ApiError

TIMEOUT_SECONDS = 120.0

Json = dict[str, Any]


class SandboxControl:
    """`/_control` of a running sandbox."""

    def __init__(self, http: HttpClient, url: str) -> None:
        self._http = http
        self.url = url

    async def make_zoho_org(self, company_name: str, data_centre: str, **more: Any) -> str:
        """An empty CRM whose next consent on that data centre is given; returns zoho_org_id."""
        about = {"company_name": company_name, "dc": data_centre, "iso_code": "GBP", "country_code": "GB"}
        org = await self.call("POST", "/zoho/orgs", {**about, **more})
        await self.call("POST", "/zoho/consent", {"org_id": org["id"]})
        return str(org["id"])

    async def make_xero_organisation(self, name: str) -> str:
        """Empty UK books whose owner consents next; returns xero_tenant_id."""
        organisation = await self.call("POST", "/xero/organisations", {"name": name})
        tenant_id = str(organisation["tenant_id"])
        user = await self.call("POST", "/xero/users", {"name": "Demo owner", "organisations": [tenant_id]})
        await self.call("POST", "/xero/consent", {"user_id": user["user_id"]})
        return tenant_id

    async def make_company(self, org_id: str, xero_tenant_id: str) -> Json:
        """Fill both sides with a wholesaler's year, faults on purpose; what was made, and what is to be expected."""
        return await self.call("POST", "/company", {"zoho_org_id": org_id, "xero_tenant_id": xero_tenant_id, "seed": 1})

    async def choose_currencies(self, xero_tenant_id: str, currencies: Sequence[str]) -> None:
        """Have exactly these switched on beside the books' own, as a person in Xero does."""
        await self.call("PATCH", f"/xero/{xero_tenant_id}/Organisation", {"currencies": list(currencies)})

    async def import_sales(self, org_id: str, csv: Path) -> Json:
        """Fill the CRM with real sales."""
        request = HttpRequest(
            "POST",
            f"{self.url}/_control/zoho/{org_id}/import/online-retail",
            headers={"content-type": "text/csv"},
            body=csv.read_bytes(),
        )
        return await self._send(request)

    async def list_crm_records(self, org_id: str, module: str) -> list[Json]:
        """Raw CRM records."""
        answer = await self.call("GET", f"/zoho/{org_id}/{module}")
        return list(answer["records"])

    async def edit_crm_record(self, org_id: str, module: str, record_id: str, changes: Mapping[str, Any]) -> None:
        """Edit as a user in the CRM."""
        await self.call("PATCH", f"/zoho/{org_id}/{module}/{record_id}", changes)

    async def read_ledger(self, xero_tenant_id: str) -> Json:
        """What stands in Xero: invoices, total, contacts, items, bills."""
        return await self.call("GET", f"/xero/{xero_tenant_id}/summary")

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        """Any control call; `path` is below `/_control`."""
        return await self._send(
            HttpRequest(
                method,
                f"{self.url}/_control{path}",
                headers={"content-type": "application/json"},
                body=codec.dumps(body) if body is not None else None,
            )
        )

    async def _send(self, request: HttpRequest) -> Json:
        response = await self._http.send(request, timeout_seconds=TIMEOUT_SECONDS, max_bytes=256 * 1024 * 1024)
        answer = codec.loads(response.body) if response.body else {}
        if response.status >= 400:
            raise ApiError(response.status, {"detail": f"the sandbox refused: {response.body[:500]!r}"})
        return answer if isinstance(answer, dict) else {"items": answer}
