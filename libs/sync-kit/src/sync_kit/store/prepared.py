"""Statements that write many rows, made ready once and given to the driver as they are.

SQLAlchemy looks a statement up, and treats each value of each row on its own, at every call; for batches of rows that
costs more than the database does. Here the text is made once for a table and its columns, and values are made ready
column by column, by the column types' own processors.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from types import FunctionType
from typing import Any, Final, TypeGuard
from weakref import WeakKeyDictionary

from sqlalchemy import Table, bindparam
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.sql.dml import Insert, Update

from sync_kit.store.statements import Kind, OnlyIf, Row, insert_into, upsert_into

Processor = Callable[[Any], Any]

_OF_KEY: Final = "key_"
"""Before the names of values that say which row is meant, apart from those that it gets."""


@dataclass(frozen=True)
class PreparedWrite:
    """The driver's text, and for each of its places the column and what makes its values ready."""

    text: str
    places: Sequence[tuple[str, Processor | None]]

    def bind(self, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        """The values of each row in the places' order."""
        columns = []
        for name, process in self.places:
            values = [row[name] for row in rows]
            columns.append(values if process is None else _make_ready(process, values))
        return list(zip(*columns, strict=True))


def _make_ready(process: Processor, values: Sequence[Any]) -> list[Any]:
    """Most columns of a batch hold one object in all their rows: None, a flag, the time of the batch."""
    first = values[0]
    if all(value is first for value in values):
        return [process(first)] * len(values)
    return [process(value) for value in values]


_prepared: WeakKeyDictionary[Table, dict[Hashable, PreparedWrite]] = WeakKeyDictionary()


def prepare_insert(kind: Kind, table: Table, columns: Sequence[str]) -> PreparedWrite:
    """INSERT of those columns."""
    return _find(kind, table, columns, ("insert",), table.insert)


def prepare_insert_missing(kind: Kind, table: Table, columns: Sequence[str]) -> PreparedWrite:
    """INSERT ... ON CONFLICT DO NOTHING."""
    return _find(kind, table, columns, ("insert missing",), lambda: insert_into(kind, table).on_conflict_do_nothing())


def prepare_upsert(
    kind: Kind,
    table: Table,
    columns: Sequence[str],
    *,
    key: Sequence[str],
    update: Sequence[str],
    only_if: OnlyIf | None,
) -> PreparedWrite:
    """INSERT ... ON CONFLICT (key) DO UPDATE: see `upsert_into`."""

    def build() -> Insert:
        return upsert_into(kind, table, key=key, update=update, only_if=only_if)

    if only_if is not None and not _says_all(only_if):
        return _prepare(_get_dialect(kind), table, columns, build())
    condition = None if only_if is None else only_if.__code__
    return _find(kind, table, columns, ("upsert", tuple(key), tuple(update), condition), build)


def prepare_update(kind: Kind, table: Table, *, key: Sequence[str], update: Sequence[str]) -> PreparedWrite:
    """UPDATE ... SET update WHERE key: one row of values for each row of the table."""

    def build() -> Update:
        return table.update().where(*[table.c[name] == bindparam(f"{_OF_KEY}{name}") for name in key])

    return _find(kind, table, update, ("update", tuple(key)), build, key)


def _says_all(only_if: OnlyIf) -> TypeGuard[FunctionType]:
    """Whether its code alone says what it does. A lambda is a new object at each call of the function around it; if it
    takes nothing from there, all of them are one."""
    return isinstance(only_if, FunctionType) and only_if.__closure__ is None and only_if.__defaults__ is None


def _find(
    kind: Kind,
    table: Table,
    columns: Sequence[str],
    what: tuple[Hashable, ...],
    build: Callable[[], Insert | Update],
    key: Sequence[str] = (),
) -> PreparedWrite:
    known = _prepared.setdefault(table, {})
    name = (kind, tuple(columns), *what)
    found = known.get(name)
    if found is None:
        found = known[name] = _prepare(_get_dialect(kind), table, columns, build(), key)
    return found


def _prepare(
    dialect: Dialect, table: Table, columns: Sequence[str], statement: Insert | Update, key: Sequence[str] = ()
) -> PreparedWrite:
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    given = {name: name for name in columns} | {f"{_OF_KEY}{name}": name for name in key}
    places = compiled.positiontup or []
    if set(places) != given.keys():
        # A value that is in the statement itself, or a default that SQLAlchemy would have to fill in.
        raise ValueError(f"{table.name}: only values of the rows can be written, not {set(places) ^ given.keys()}")
    ready = {name: table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in given.values()}
    return PreparedWrite(compiled.string, [(given[place], ready[given[place]]) for place in places])


@cache
def _get_dialect(kind: Kind) -> Dialect:
    dialect: Dialect = make_url("postgresql+asyncpg://" if kind == "postgresql" else "sqlite://").get_dialect()()
    return dialect
