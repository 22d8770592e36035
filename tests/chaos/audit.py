"""What was read is owed: ids that the reader knows and the writer neither keeps nor wants, and effects left unknown."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

MODULES: Final = {
    "Accounts": "accounts",
    "Contacts": "contacts",
    "Vendors": "vendors",
    "Products": "products",
    "Invoices": "invoices",
    "Purchase_Orders": "purchase_orders",
}


def list_owed(folder: Path, crm: Mapping[str, Sequence[str]]) -> list[str]:
    """Sentences on every debt that nobody remembers. `crm`: the ids that stand in the CRM, by module."""
    known = _read(folder, "zoho_reader", "select module, record_id from known_records where gone_at is null")
    wanted = _read(folder, "zoho_reader", "select module, record_id from wanted")
    kept = _read(folder, "xero_writer", "select module, record_id from staged_records")
    linked = _read(folder, "xero_writer", "select module, record_id from record_links")
    open_intents = _read(folder, "xero_writer", "select module, record_id from intent_records where is_open")
    dead = {(service, reason) for service in STORES for reason in _list_dead_letters(folder, service)}
    read = {(MODULES[name], record_id) for name, ids in crm.items() for record_id in ids}
    return [
        *(f"{module} {record} was never read" for module, record in sorted(read - known)),
        *(f"{module} {record} was read and forgotten" for module, record in sorted(known - wanted - kept - linked)),
        *(f"{module} {record} is on its way for ever" for module, record in sorted(open_intents)),
        *(f"{service} set an event aside: {reason}" for service, reason in sorted(dead)),
    ]


STORES: Final = ("scheduler", "zoho_reader", "xero_writer")


def _read(folder: Path, store: str, query: str) -> set[tuple[str, str]]:
    with sqlite3.connect(folder / f"{store}.db") as connection:
        found = {(str(module), str(record_id)) for module, record_id in connection.execute(query)}
    connection.close()
    return found


def _list_dead_letters(folder: Path, store: str) -> list[str]:
    with sqlite3.connect(folder / f"{store}.db") as connection:
        found = [str(row[0]) for row in connection.execute("select reason || ' ' || detail from dead_letters")]
    connection.close()
    return found
