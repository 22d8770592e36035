"""JSON with exact decimals: money is never a float, on the wire or at rest."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import simplejson
from pydantic import BaseModel


def _encode(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def dumps(value: object) -> bytes:
    """Compact JSON; a Decimal becomes a number with exactly its digits. Raises ValueError for NaN or infinity."""
    text: str = simplejson.dumps(
        value, use_decimal=True, allow_nan=False, default=_encode, separators=(",", ":"), ensure_ascii=False
    )
    return text.encode()


def dumps_canonical(value: object) -> bytes:
    """JSON with sorted keys and decimals without trailing zeros, so that equal content has equal bytes."""
    text: str = simplejson.dumps(
        _canonical(value),
        use_decimal=True,
        allow_nan=False,
        default=_encode,
        separators=(",", ":"),
        sort_keys=True,
        ensure_ascii=False,
    )
    return text.encode()


def _canonical(value: object) -> object:
    if isinstance(value, Decimal):
        return str(_plain(value))
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    return value


def _plain(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def loads(data: bytes | str) -> Any:
    """Parse JSON; fractions become Decimal. Raises ValueError for anything that is not JSON, NaN included."""
    return simplejson.loads(data, use_decimal=True, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def content_digest(value: object) -> str:
    """SHA-256 of the canonical JSON, in hex: equal content, equal digest."""
    return hashlib.sha256(dumps_canonical(value)).hexdigest()
