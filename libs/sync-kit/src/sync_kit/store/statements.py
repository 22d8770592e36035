"""The three ways in which rows are written in batches, the same on both engines."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy import Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import SQLModel

Kind = Literal["sqlite", "postgresql"]
Row = Mapping[str, Any]
TableLike = Table | type[SQLModel]
OnlyIf = Callable[[Any, Table], ColumnElement[bool]]
"""`only_if(excluded, table)`: `excluded.version > table.c.version`, for a max-merge."""

DialectInsert = sqlite.Insert | postgresql.Insert


def table_of(table: TableLike) -> Table:
    """The Core table of a SQLModel class, or the table itself."""
    if isinstance(table, Table):
        return table
    mapped: Table = inspect(table).local_table
    return mapped


def insert_into(kind: Kind, table: Table) -> DialectInsert:
    """The dialect's own INSERT, which knows ON CONFLICT."""
    return postgresql.insert(table) if kind == "postgresql" else sqlite.insert(table)


def upsert_into(
    kind: Kind, table: Table, *, key: Sequence[str], update: Sequence[str], only_if: OnlyIf | None
) -> DialectInsert:
    """INSERT ... ON CONFLICT (key) DO UPDATE SET update = excluded.update WHERE only_if(excluded, table)."""
    statement = insert_into(kind, table)
    if not update:
        return statement.on_conflict_do_nothing(index_elements=list(key))
    return statement.on_conflict_do_update(
        index_elements=list(key),
        set_={column: statement.excluded[column] for column in update},
        where=None if only_if is None else only_if(statement.excluded, table),
    )


def check_rows(rows: Sequence[Row]) -> tuple[str, ...]:
    """The columns that the rows name; none for no rows. Raises ValueError when they do not all name the same ones."""
    if not rows:
        return ()
    columns = rows[0].keys()
    for row in rows:
        if row.keys() != columns:
            raise ValueError(f"rows differ in their columns: {sorted(columns ^ row.keys())}")
    return tuple(columns)


def order_by_key(rows: Sequence[Row], key: Sequence[str]) -> list[Row]:
    """The rows by key, so that two writers of the same rows wait for each other instead of deadlocking."""
    return sorted(rows, key=itemgetter(*key))
