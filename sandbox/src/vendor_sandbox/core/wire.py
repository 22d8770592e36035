"""JSON as the vendors send it: numbers are exact decimals in both directions, never floats."""

from __future__ import annotations

from typing import Any

import simplejson

JsonObject = dict[str, Any]


def dump_json(value: object) -> bytes:
    """Compact UTF-8 JSON; Decimals are written digit by digit."""
    return simplejson.dumps(value, use_decimal=True, ensure_ascii=False, separators=(",", ":")).encode()


def parse_json(body: bytes) -> Any:
    """Parse UTF-8 JSON with every fraction as Decimal. Raises ValueError if it is not JSON."""
    return simplejson.loads(body.decode(), use_decimal=True)
