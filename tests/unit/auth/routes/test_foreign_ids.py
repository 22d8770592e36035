"""What belongs to another partner does not exist: 404 on every route that takes an id."""

import re
from typing import Any

from tests.unit.auth.house import House, Partner

BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/v1/connections/{connection_id}/organisation"): {"xero_tenant_id": "x-1"},
    ("post", "/v1/connections"): {"vendor": "xero"},
}
WITHOUT_IDS = {
    ("post", "/v1/partners"),
    ("post", "/v1/partners/{partner_id}/secret"),
    ("post", "/v1/oauth/token"),
    ("get", "/.well-known/jwks.json"),
    ("get", "/v1/tenants"),
    ("post", "/v1/tenants"),
}


async def test_a_foreign_partners_ids_are_404_on_every_route(house: House, partner: Partner) -> None:
    await house.add_xero_user("North", "South")
    tenant_id = await partner.add_tenant()
    started = await partner.start(tenant_id, "xero")
    await house.browse(await house.consent(started["connect_url"]))
    ids = {"tenant_id": tenant_id, "connection_id": started["connection_id"]}
    before = (await house.newest_told(tenant_id)).version
    stranger = await house.add_partner("Stranger")
    paths = house.runtime.app.openapi()["paths"]
    walked = set()
    for path, operations in paths.items():
        for method in operations:
            if (method, path) in WITHOUT_IDS:
                continue
            body = BODIES.get((method, path))
            params = None
            if "{" not in path:
                params, body = (
                    ({"tenant_id": tenant_id}, None) if body is None else (None, {**body, "tenant_id": tenant_id})
                )
            real = re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], path)
            answer = await stranger.api.call(method.upper(), real, json=body, params=params)
            assert answer.status == 404, (method, path, answer.status, answer.body)
            assert tenant_id not in answer.body.decode()
            walked.add((method, path))
    assert len(walked) == 8
    assert (await house.newest_told(tenant_id)).version == before
    assert (await partner.api.get(f"/v1/connections/{started['connection_id']}/organisations")).status == 200


async def test_an_unknown_id_and_a_foreign_one_look_alike(house: House, partner: Partner) -> None:
    tenant_id = await partner.add_tenant()
    stranger = await house.add_partner("Stranger")
    foreign = (await stranger.api.get(f"/v1/tenants/{tenant_id}")).json
    unknown = (await stranger.api.get("/v1/tenants/ten_unknown")).json
    assert {**foreign, "request_id": ""} == {**unknown, "request_id": ""}


async def test_a_partner_lists_its_own_tenants_page_by_page(house: House, partner: Partner) -> None:
    stranger = await house.add_partner("Stranger")
    await stranger.add_tenant("Not yours")
    made = {await partner.add_tenant(f"T{number}") for number in range(5)}
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = (
            await partner.api.get("/v1/tenants", params={"limit": "2", **({"cursor": cursor} if cursor else {})})
        ).json
        seen += [item["tenant_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == 5
    assert set(seen) == made


async def test_every_route_that_changes_or_shows_something_wants_a_token(house: House, partner: Partner) -> None:
    for path, operations in house.runtime.app.openapi()["paths"].items():
        for method in operations:
            if (method, path) in {("post", "/v1/oauth/token"), ("get", "/.well-known/jwks.json")}:
                continue
            answer = await house.api().call(method.upper(), path.replace("{", "").replace("}", ""), json={"name": "x"})
            assert answer.status == 401, (method, path, answer.status)
