"""JSON with exact decimals: money is never a float, on the wire or at rest.

Two libraries, since JSON is the largest single cost of a sync: msgspec reads and rapidjson writes exact decimals two to
three times as fast as the one library that does both.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from enum import Enum
from typing import Any, Final, cast

import msgspec
import rapidjson
from pydantic import BaseModel

_reader: Final = msgspec.json.Decoder(float_hook=Decimal)
_loaded_writer: Final = msgspec.json.Encoder(decimal_format="number")
_EXACT: Final = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""The usual context would round to 28 digits, and two long numbers would become one."""


def _encode(value: object) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} has no JSON form")


class _Writer(rapidjson.Encoder):
    """One for all calls: to set one up costs more than a small value."""

    def default(self, value: object) -> Any:
        return _encode(value)


_writer: Final = _Writer(
    number_mode=rapidjson.NM_DECIMAL, iterable_mode=rapidjson.IM_ONLY_LISTS, sort_keys=False, ensure_ascii=False
)
_sorting: Final = _Writer(
    number_mode=rapidjson.NM_DECIMAL, iterable_mode=rapidjson.IM_ONLY_LISTS, sort_keys=True, ensure_ascii=False
)


def dumps(value: object) -> bytes:
    """Compact JSON; a Decimal becomes a number with exactly its digits. Raises ValueError for NaN or infinity."""
    return _write(value, sort_keys=False)


def dumps_loaded(value: object) -> bytes:
    """`dumps` in a third of the time, for what `loads` gave and what is put together from it: texts, whole and exact
    numbers, booleans, None, lists, objects, enums. A time or a float is not for this: it is written otherwise, unseen.
    Raises ValueError for NaN or infinity."""
    data = _loaded_writer.encode(value)
    # They would be written as they are, so the careful writer looks where a text or a number says so.
    return dumps(value) if b"NaN" in data or b"Infinity" in data else data


def dumps_text(value: object) -> str:
    """`dumps` as a text."""
    return str(_writer(value))


def dumps_canonical(value: object) -> bytes:
    """JSON with sorted keys and one spelling per number, so that equal content has equal bytes: 1, 1.0 and 1.00 are
    one number, and no digit of a longer one is lost. A text never equals a number."""
    return _write(_canonical(value), sort_keys=True)


def _write(value: object, *, sort_keys: bool) -> bytes:
    text = _sorting(value) if sort_keys else _writer(value)
    return str(text).encode()


def _canonical(value: object) -> object:
    # What JSON brings is told apart by its exact type: asking whether it is a Mapping costs more than all the rest.
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is list:
        return [_canonical(item) for item in cast("list[object]", value)]
    if kind is dict:
        return {key: _canonical(item) for key, item in cast("dict[str, object]", value).items()}
    return _simplify(value)


def _simplify(value: object) -> object:
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        return _strip_zeros(Decimal(value))
    if isinstance(value, BaseModel):
        return _canonical(value.model_dump())
    if isinstance(value, Mapping):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return [_canonical(item) for item in sorted(value)]
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return value


def _strip_zeros(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError(f"{value} is not JSON")
    return value.normalize(_EXACT) if value else Decimal(0)


def loads(data: bytes | str) -> Any:
    """Parse JSON; fractions become Decimal. Raises ValueError for anything that is not JSON, NaN included.

    What is no text is mended, since there is a store or a wire that does not take it: a null byte is left out, half a
    surrogate pair (an emoji that somebody cut in two) becomes the replacement character.
    """
    try:
        if _may_hold_no_text(data):  # the fast reader takes no half of a pair
            return _mend_text(json.loads(data, parse_float=Decimal, parse_constant=_refuse_constant))
        return _reader.decode(data)
    except msgspec.DecodeError as error:
        raise ValueError(f"not JSON: {error}") from error
    except (RecursionError, ArithmeticError) as error:
        raise ValueError("nested too deep, or a number beyond all bounds") from error


def _may_hold_no_text(data: bytes | str) -> bool:
    if isinstance(data, bytes):
        return b"\\u0000" in data or b"\\ud" in data or b"\\uD" in data
    return "\\u0000" in data or "\\ud" in data or "\\uD" in data


def _mend_text(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\x00", "")
    if isinstance(value, dict):
        return {_mend_text(key): _mend_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_mend_text(item) for item in value]
    return value


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def content_digest(value: object) -> str:
    """SHA-256 of the canonical JSON, in hex: equal content, equal digest."""
    return hashlib.sha256(dumps_canonical(value)).hexdigest()
