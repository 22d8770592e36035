"""JSON with exact decimals."""

from decimal import Decimal

import pytest

from vendor_sandbox.core.wire import dump_json, parse_json


def test_decimals_keep_their_digits_both_ways() -> None:
    assert dump_json({"a": Decimal("1.10"), "b": Decimal("0.1") + Decimal("0.2")}) == b'{"a":1.10,"b":0.3}'
    assert parse_json(b'{"a":1.10}') == {"a": Decimal("1.10")}
    assert type(parse_json(b"2.5")) is Decimal


def test_what_is_not_json_is_a_value_error() -> None:
    for body in (b"{", b"\xff", b""):
        with pytest.raises(ValueError):  # noqa: PT011 - which kind of wrong does not matter
            parse_json(body)
