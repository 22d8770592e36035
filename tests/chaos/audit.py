"""What was read is owed: ids that the reader knows and the writer neither keeps nor wants, and effects left unknown."""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

ReadRows = Callable[[str, str], Awaitable[Sequence[Sequence[Any]]]]
"""The rows of a query in a store, by the store's name."""

MODULES: Final = {
    "Accounts": "accounts",
    "Contacts": "contacts",
    "Vendors": "vendors",
    "Products": "products",
    "Invoices": "invoices",
    "Purchase_Orders": "purchase_orders",
}


async def list_owed(read_rows: ReadRows, crm: Mapping[str, Sequence[str]]) -> list[str]:
    """Sentences on every debt that nobody remembers. `crm`: the ids that stand in the CRM, by module."""

    async def read(store: str, query: str) -> set[tuple[str, str]]:
        return {(str(module), str(record_id)) for module, record_id in await read_rows(store, query)}

    known = await read("zoho_reader", "select module, record_id from known_records where gone_at is null")
    wanted = await read("zoho_reader", "select module, record_id from wanted")
    kept = await read("xero_writer", "select module, record_id from staged_records")
    linked = await read("xero_writer", "select module, record_id from record_links")
    open_intents = await read("xero_writer", "select module, record_id from intent_records where is_open")
    dead = {(service, reason) for service in STORES for reason in await _list_dead_letters(read_rows, service)}
    standing = {(MODULES[name], record_id) for name, ids in crm.items() for record_id in ids}
    return [
        *(f"{module} {record} was never read" for module, record in sorted(standing - known)),
        *(f"{module} {record} was read and forgotten" for module, record in sorted(known - wanted - kept - linked)),
        *(f"{module} {record} is on its way for ever" for module, record in sorted(open_intents)),
        *(f"{service} set an event aside: {reason}" for service, reason in sorted(dead)),
    ]


STORES: Final = ("scheduler", "zoho_reader", "xero_writer")


def read_files(folder: Path) -> ReadRows:
    """From the SQLite stores of a folder."""

    async def read(store: str, query: str) -> Sequence[Sequence[Any]]:
        with sqlite3.connect(folder / f"{store}.db") as connection:
            found = connection.execute(query).fetchall()
        connection.close()
        return found

    return read


async def _list_dead_letters(read_rows: ReadRows, store: str) -> list[str]:
    return [str(row[0]) for row in await read_rows(store, "select reason || ' ' || detail from dead_letters")]
