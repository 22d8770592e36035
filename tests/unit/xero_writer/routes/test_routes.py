"""The API: links in pages, and nothing for strangers or for tokens without the scope."""

import pytest
from tests.unit.xero_writer.routes.conftest import Partners, mapping
from tests.unit.xero_writer.world import TENANT, World

ROUTES = [
    ("GET", f"/v1/mappings/{TENANT}"),
    ("PUT", f"/v1/mappings/{TENANT}"),
    ("GET", f"/v1/mappings/{TENANT}/versions"),
    ("GET", f"/v1/mappings/{TENANT}/versions/1"),
    ("GET", f"/v1/mappings/{TENANT}/diff?from=0"),
    ("GET", f"/v1/links/{TENANT}"),
    ("GET", f"/v1/xero/{TENANT}/organisation"),
    ("GET", f"/v1/xero/{TENANT}/accounts"),
    ("GET", f"/v1/xero/{TENANT}/tax-rates"),
    ("GET", f"/v1/xero/{TENANT}/tracking-categories"),
    ("GET", f"/v1/xero/{TENANT}/currencies"),
    ("GET", f"/v1/xero/{TENANT}/fields?module=invoices"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_another_partners_tenant_is_not_found(partners: Partners, method: str, path: str) -> None:
    body = mapping() if method == "PUT" else None
    answer = await partners.open("partner-2").call(method, path, json=body)
    assert answer.status == 404


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_token_without_the_scope_is_refused(partners: Partners, method: str, path: str) -> None:
    body = mapping() if method == "PUT" else None
    answer = await partners.open(scopes=("tenants:read",)).call(method, path, json=body)
    assert answer.status == 403


async def test_links_come_in_pages(world: World, partners: Partners) -> None:
    await world.sync(world.sale(3))
    client = partners.open()
    seen: list[tuple[str, str]] = []
    cursor: str | None = None
    while True:
        params = {"limit": "4", **({"cursor": cursor} if cursor else {})}
        page = (await client.get(f"/v1/links/{TENANT}", params=params)).json
        seen += [(item["module"], item["record_id"]) for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(seen)
    assert len(seen) == 9
    page = (await client.get(f"/v1/links/{TENANT}", params={"module": "invoices", "record_id": "3001"})).json
    assert [item["number"] for item in page["items"]] == ["INV-3001"]


async def test_the_pages_for_operators_answer(partners: Partners) -> None:
    client = partners.open()
    assert (await client.get("/readyz")).json == {"ready": True, "wrong": {}}
    assert b"xero_writer_xero_calls_total" in (await client.get("/metrics")).body
