"""Pages by keyset: a cursor is the position of the last row seen, so that a page never skips or repeats a row.

A cursor is opaque to its holder. It holds sort values only, is bound to no caller, and gives no right to anything: the
query that it continues is bound to the caller's partner and tenant like the first one.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from sync_kit.contracts import codec
from sync_kit.errors import Fault, InvalidInputError

Item = TypeVar("Item")
Row = TypeVar("Row")

CursorValue = str | int | Decimal | datetime
Cursor = tuple[CursorValue, ...]
"""A decoded position: the sort values of the last row of the page before."""

_MAX_CURSOR_CHARACTERS = 1000
_CHECK_BYTES = 6

CursorQuery = Annotated[
    str | None,
    Query(alias="cursor", max_length=_MAX_CURSOR_CHARACTERS, description="`next_cursor` of the page before"),
]
"""For a route's parameter `cursor: CursorQuery = None`."""

LimitQuery = Annotated[int, Query(alias="limit", ge=1, le=200, description="rows on a page")]
"""For a route's parameter `limit: LimitQuery = 50`."""


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next_cursor` is null on the last one."""

    items: list[Item]
    next_cursor: str | None = None


def encode_cursor(values: Sequence[CursorValue]) -> str:
    """The position as url-safe text. Datetimes must be aware."""
    packed = codec.dumps([_kinds([type(value) for value in values]), *(_pack(value) for value in values)])
    return base64.urlsafe_b64encode(_check(packed) + packed).rstrip(b"=").decode("ascii")


def decode_cursor(text: str, shape: Sequence[type[CursorValue]]) -> Cursor:
    """The position again, one value for each type in `shape`. Raises InvalidInputError when it is not one of ours."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        check, packed = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
        values = codec.loads(packed)
        if check != _check(packed) or not isinstance(values, list) or values[:1] != [_kinds(shape)]:
            raise ValueError
        return tuple(_unpack(value, kind) for value, kind in zip(values[1:], shape, strict=True))
    except (ValueError, TypeError, ArithmeticError, RecursionError, binascii.Error) as error:
        fault = Fault("query.cursor", "is damaged or belongs to another list")
        raise InvalidInputError("the cursor cannot be read", code="bad_cursor", faults=[fault]) from error


def cut_page(
    rows: Sequence[Row], limit: int, position_of: Callable[[Row], Sequence[CursorValue]]
) -> tuple[Sequence[Row], str | None]:
    """The page's rows and its next cursor, from a query that asked for `limit + 1` rows."""
    if len(rows) <= limit:
        return rows, None
    page = rows[:limit]
    return page, encode_cursor(position_of(page[-1]))


def _check(packed: bytes) -> bytes:
    return hashlib.blake2b(packed, digest_size=_CHECK_BYTES).digest()


def _kinds(shape: Sequence[type[CursorValue]]) -> str:
    return ",".join(kind.__name__ for kind in shape)


def _pack(value: CursorValue) -> str | int:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a cursor holds aware times only")
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _unpack(value: Any, kind: type[CursorValue]) -> CursorValue:
    if kind is int:
        if type(value) is not int:
            raise ValueError
        return value
    if not isinstance(value, str):
        raise ValueError
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment
    return Decimal(value) if kind is Decimal else value
