"""Which failures are the store's, to be tried again as a whole, and which the statement's."""

import sqlite3
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from tests.fixtures.kit_house import House

from sync_kit.store.troubles import is_trouble_of_the_store


class ServerError(Exception):
    """As the driver of PostgreSQL words it: with the server's code."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("in the server's words")
        self.sqlstate = sqlstate


def wrap(sqlstate: str | None, **keywords: Any) -> DBAPIError:
    return DBAPIError("INSERT", {}, ServerError(sqlstate), **keywords)


@pytest.mark.parametrize("sqlstate", ["08006", "25006", "40001", "40P01", "53100", "55P03", "57P01", "58030"])
def test_what_passes_is_the_stores(sqlstate: str) -> None:
    assert is_trouble_of_the_store(wrap(sqlstate))


@pytest.mark.parametrize("sqlstate", ["22021", "22P05", "23505", "42P01", "42804", "54000"])
def test_what_the_statement_carries_is_its_own(sqlstate: str) -> None:
    assert not is_trouble_of_the_store(wrap(sqlstate))


def test_a_lost_connection_is_the_stores_though_it_has_no_code() -> None:
    assert is_trouble_of_the_store(wrap(None, connection_invalidated=True))
    assert not is_trouble_of_the_store(wrap(None))


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), PoolTimeoutError("no connection is free")])
def test_a_connection_that_cannot_be_had_is_the_stores(error: Exception) -> None:
    assert is_trouble_of_the_store(error)


def test_a_locked_or_full_file_is_the_stores() -> None:
    assert is_trouble_of_the_store(OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked")))


async def test_a_row_that_breaks_a_rule_is_its_own(house: House) -> None:
    row = {"tenant_id": "t", "record_id": "r", "version": None}
    async with house.store.transaction() as session:
        with pytest.raises(IntegrityError) as caught:
            async with session.nested():
                await session.insert(house.things, [row])
    assert not is_trouble_of_the_store(caught.value)


def test_an_error_of_our_own_is_no_trouble_of_the_store() -> None:
    assert not is_trouble_of_the_store(KeyError("x"))
