"""The bare replay of a recording, in a process of its own: `python -m tests.bench.replay PLAN.json`.

It sends the recorded requests in the same stages with the same concurrency, parses every answer as JSON, and keeps
nothing. Between stages, outside the clock, the ids of Xero's contacts are changed into those of this sandbox. Prints
`{"wall", "cpu", "requests"}`; seconds.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]


async def replay(plan: Json) -> Json:
    """Play the plan: `url`, `tokens` by vendor, `stages`, and `contacts` (ContactNumber -> recorded ContactID)."""
    wall = cpu = 0.0
    requests = 0
    new_ids: dict[str, str] = {}
    async with httpx.AsyncClient(base_url=plan["url"], timeout=60) as client:
        for stage in plan["stages"]:
            prepared = [_prepare(plan, stage["vendor"], request, new_ids) for request in stage["requests"]]
            wall_started, cpu_started = time.perf_counter(), time.process_time()
            answers = await _play(client, prepared, stage["at_once"])
            wall += time.perf_counter() - wall_started
            cpu += time.process_time() - cpu_started
            requests += len(prepared)
            _learn_ids(plan["contacts"], answers, new_ids)
    return {"wall": wall, "cpu": cpu, "requests": requests}


async def _play(client: httpx.AsyncClient, requests: list[Json], at_once: int) -> list[Any]:
    answers: list[Any] = []
    waiting = iter(requests)

    async def work() -> None:
        for request in waiting:
            response = await client.request(**request)
            if response.status_code >= 400:
                raise RuntimeError(
                    f"{request['method']} {request['url']}: {response.status_code} {response.text[:300]}"
                )
            answers.append(json.loads(response.content) if response.content else None)

    await asyncio.gather(*(work() for _ in range(at_once)))
    return answers


def _prepare(plan: Json, vendor: str, request: Json, new_ids: dict[str, str]) -> Json:
    body = request["body"]
    for old, new in new_ids.items():
        if old in body:
            body = body.replace(old, new)
    scheme = "Zoho-oauthtoken" if vendor == "zoho" else "Bearer"
    headers = {**request["headers"], "authorization": f"{scheme} {plan['tokens'][vendor]}"}
    if vendor == "xero":
        headers["xero-tenant-id"] = plan["xero_tenant_id"]
    query = f"?{request['query']}" if request["query"] else ""
    prefix = "/zoho" if vendor == "zoho" else "/xero"
    return {
        "method": request["method"],
        "url": prefix + request["path"] + query,
        "headers": headers,
        "content": body.encode() if body else None,
    }


def _learn_ids(recorded: dict[str, str], answers: list[Any], new_ids: dict[str, str]) -> None:
    for answer in answers:
        rows = answer.get("Contacts", ()) if isinstance(answer, dict) else ()
        for row in rows:
            old = recorded.get(row.get("ContactNumber", ""))
            if old is not None and old != row["ContactID"]:
                new_ids[old] = row["ContactID"]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(replay(json.loads(Path(sys.argv[1]).read_text())))) + "\n")
