"""Follow a run until it ends."""

from collections.abc import Callable
from typing import Any

from sync_kit.clock import Clock
from zoho2xero.client import ApiClient

FINAL_STATES = frozenset({"succeeded", "partial", "failed", "cancelled"})
LOOK_EVERY_SECONDS = 0.5

Json = dict[str, Any]


async def watch_run(api: ApiClient, run_id: str, *, clock: Clock, tell: Callable[[Json], None]) -> Json:
    """Ask for the run until it has ended, telling each state that differs from the one before; returns the last."""
    told: Json | None = None
    while True:
        run = await api.get(f"/v1/syncs/{run_id}")
        seen = {key: run[key] for key in ("state", "modules", "waiting_for")}
        if seen != told:
            tell(run)
            told = seen
        if run["state"] in FINAL_STATES:
            return run
        await clock.sleep(LOOK_EVERY_SECONDS)


async def list_whole_log(api: ApiClient, run_id: str, tenant_id: str, **wanted: str) -> list[Json]:
    """Every log entry of a run, page by page."""
    entries: list[Json] = []
    cursor: str | None = None
    while True:
        page = await api.get("/v1/log", tenant_id=tenant_id, run_id=run_id, limit=200, cursor=cursor, **wanted)
        entries.extend(page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            return entries
