"""Tenants of the first version go on where they were."""

import json
from pathlib import Path

from sqlalchemy import create_engine, text

from sync_kit.store.migrate import upgrade

EVENT = {"connections": [{"vendor": "zoho", "external_id": "z1"}, {"vendor": "xero", "external_id": "x1"}]}
AT = "2026-01-05T09:00:00.000000+00:00"


def test_modules_become_directions_and_who_has_synced_needs_no_check(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    upgrade(url, "scheduler", revision="0001")
    engine = create_engine(url)
    with engine.begin() as store:
        store.execute(
            text("INSERT INTO tenant_settings VALUES ('t1', NULL, :modules, 'used', 'x1', :at)"),
            {"modules": json.dumps(["accounts", "invoices"]), "at": AT},
        )
        for tenant_id in ("t1", "t2"):
            store.execute(
                text("INSERT INTO tenants VALUES (:id, 'p', 1, false, :event, :at)"),
                {"id": tenant_id, "event": json.dumps(EVENT), "at": AT},
            )
        for run_seq in (1, 2):
            store.execute(
                text(
                    "INSERT INTO runs (run_id, tenant_id, run_seq, modules, state, requested_at, ended_at,"
                    " progressed_at) VALUES (:id, 't1', :seq, '[]', 'succeeded', :at, :at, :at)"
                ),
                {"id": f"run_{run_seq}", "seq": run_seq, "at": AT},
            )
    upgrade(url, "scheduler")
    with engine.connect() as store:
        directions = json.loads(store.execute(text("SELECT directions FROM tenant_settings")).scalar_one())
        applied = store.execute(text("SELECT tenant_id, zoho_org_id, xero_tenant_id, run_id FROM first_applies")).all()
        modes = store.execute(text("SELECT DISTINCT mode FROM runs")).scalars().all()
    engine.dispose()
    assert [module for module, way in directions.items() if way == "to_xero"] == ["accounts", "invoices"]
    assert len(directions) == 8
    assert [tuple(row) for row in applied] == [("t1", "z1", "x1", "run_1")]
    assert modes == ["apply"]
