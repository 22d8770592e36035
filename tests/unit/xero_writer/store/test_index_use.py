"""A tenant of a hundred thousand records pays for a page what one of a thousand pays: an index finds it.

SQLite tells how it would run a statement. PostgreSQL decides by what it counted, so nothing can be said of it here.
"""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Executable, create_engine, event

from sync_kit.store.migrate import upgrade
from xero_writer.store import decisions, ledger, staging
from xero_writer.store.tables import ledger_contacts, ledger_documents, ledger_items

OF_MODULE = {"of_tenant": "t", "of_module": "invoices"}


def explain(folder: Path, statement: Executable, given: dict[str, Any]) -> list[str]:
    """How SQLite would run it on a store that was made by our migrations, step by step."""
    url = f"sqlite:///{folder / 'store.db'}"
    upgrade(url, "xero_writer")
    steps: list[str] = []
    with create_engine(url).connect() as connection:

        @event.listens_for(connection, "before_cursor_execute")
        def ask(_: Any, cursor: Any, written: str, values: Any, *rest: Any) -> None:
            steps.extend(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {written}", values).fetchall())

        connection.execute(statement, given)
    return steps


@pytest.mark.parametrize("statement", [staging._TO_JUDGE, staging._READY], ids=["to judge", "to send"])
def test_a_page_comes_in_the_order_of_an_index(tmp_path: Path, statement: Executable) -> None:
    steps = explain(tmp_path, statement, {**OF_MODULE, "most": 50})
    assert "(tenant_id=? AND state=? AND module=?)" in steps[0]
    assert not [step for step in steps if "TEMP B-TREE" in step]


@pytest.mark.parametrize(
    "statement",
    [
        *(staging._STATES, staging._ROWS, staging._LABELS, staging._WRONGLY_SKIPPED, staging._NEED),
        staging._RESTAGE_THESE,
    ],
    ids=["states", "rows", "labels", "wrongly skipped", "needed", "judge again"],
)
def test_records_are_found_by_their_ids_not_among_all_of_the_tenant(tmp_path: Path, statement: Executable) -> None:
    # An index that holds every column asked for, but not the ids in front, looks cheaper to SQLite than it is.
    steps = explain(tmp_path, statement, {**OF_MODULE, "ids": ["1", "2", "3"], "states": ["settled"]})
    assert [step[step.index("(") :] for step in steps] == ["(tenant_id=? AND module=? AND record_id=?)"]


def test_a_decided_record_is_found_by_its_decision_not_among_all_that_are_settled(tmp_path: Path) -> None:
    steps = explain(tmp_path, decisions._DECIDED, {"of_tenant": "t", "modules": ["invoices", "accounts"]})
    assert [step.split()[1] for step in steps] == ["decisions", "staged_records"]
    assert "(tenant_id=? AND module=? AND record_id=?)" in steps[1]


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (ledger_documents, ("number_key", "sale_key", "url_key", "xero_id")),
        (ledger_contacts, ("number_key", "name_key", "loose_key", "email_key", "xero_id")),
        (ledger_items, ("code_key", "xero_id")),
    ],
    ids=["documents", "contacts", "items"],
)
def test_rows_that_share_any_key_are_found_by_an_index_for_each(
    tmp_path: Path, table: Any, names: tuple[str, ...]
) -> None:
    steps = explain(tmp_path, ledger._sharing_any(table, names), {"of_tenant": "t", **{name: ["k"] for name in names}})
    keys = [f"(tenant_id=? AND {name}=?)" for name in ("xero_id", *names)]
    assert [step[step.index("(") :] for step in steps if step.startswith("SEARCH")] == keys
    assert not [step for step in steps if step.startswith("SCAN")]
