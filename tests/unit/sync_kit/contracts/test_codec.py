"""JSON with exact decimals."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from tests.fixtures.texts import TEXTS

from sync_kit.contracts import codec
from sync_kit.contracts.vocabulary import Module

D = Decimal


class Part(BaseModel):
    """A model inside a value."""

    amount: Decimal


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_keeps_every_digit_and_zero_through_json(value: Decimal) -> None:
    again = codec.loads(codec.dumps({"v": value}))["v"]
    assert D(again).as_tuple() == value.as_tuple()


def test_a_fraction_is_read_as_decimal_and_never_as_float() -> None:
    assert codec.loads(b'{"a": 0.10, "b": 1e2, "c": 3}') == {"a": D("0.10"), "b": D("1e2"), "c": 3}
    assert not any(isinstance(value, float) for value in codec.loads(b"[0.1, 1e2, 1E-400, 3]"))


@pytest.mark.parametrize("value", [D("NaN"), D("Infinity"), D("-Infinity"), float("nan"), float("inf")])
def test_what_is_no_number_is_never_written(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        codec.dumps([value])
    with pytest.raises(ValueError, match="JSON"):
        codec.dumps_canonical([value])


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["NaN bread", "Infinity pool", "\x01\x1f\x7f\u2028", '"\\/'])
    | st.sampled_from(Module),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.lists(inner).map(tuple),
)


@given(PLAIN)
def test_what_was_loaded_reads_alike_whichever_way_it_was_written(value: object) -> None:
    careful = codec.dumps(value)
    assert repr(codec.loads(codec.dumps_loaded(value))) == repr(codec.loads(careful))
    assert codec.dumps_text(value).encode() == careful


@pytest.mark.parametrize("value", [D("NaN"), D("sNaN"), D("Infinity"), D("-Infinity")])
def test_what_is_no_number_is_never_written_as_loaded(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        codec.dumps_loaded([value])


@pytest.mark.parametrize(
    "text",
    [
        b"NaN",
        b'{"a": Infinity}',
        b"[-Infinity]",
        b"",
        b"{",
        b"[1,]",
        b'{"a" 1}',
        b"'a'",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"1e99999999999999999999",
        b"9" * 10_000,
    ],
    ids=lambda text: text[:12].decode(errors="replace"),
)
def test_whatever_cannot_be_read_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the class is the promise
        codec.loads(text)


def test_words_dates_and_models_have_a_json_form_and_other_things_are_refused() -> None:
    value = {"m": Module.INVOICES, "d": date(2026, 1, 5), "t": datetime(2026, 1, 5, 9, tzinfo=UTC), "s": {"b", "a"}}
    assert codec.dumps(value) == b'{"m":"invoices","d":"2026-01-05","t":"2026-01-05T09:00:00+00:00","s":["a","b"]}'
    assert codec.dumps(Part(amount=D("1.50"))) == b'{"amount":1.50}'
    with pytest.raises(TypeError, match="object has no JSON form"):
        codec.dumps(object())


def test_text_stays_readable() -> None:
    assert codec.dumps("Caf\u00e9 \u20ac") == '"Caf\u00e9 \u20ac"'.encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (D("1.0"), D("1.00")),
        (D("1.0"), 1),
        (D("1E+2"), 100),
        (D("-0.00"), 0),
        (D("0E+5"), D("0.000")),
        ({"a": 1, "b": 2}, {"b": D("2.0"), "a": D("1.0")}),
        ([D("12.50")], (D("12.5"),)),
        ({"x": Part(amount=D("1.50"))}, {"x": Part(amount=D("1.5"))}),
        ({"a", "b"}, {"b", "a"}),
    ],
)
def test_equal_content_has_one_digest(one: object, other: object) -> None:
    assert codec.content_digest(one) == codec.content_digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (D("1"), D("10")),
        (D("0.1"), D("0.01")),
        (1, True),
        (0, None),
        (1, "1"),
        (D("1.0"), "1.0"),
        ([1, 2], [2, 1]),
        ("a", "A"),
        ({"a": None}, {}),
        (D("1." + "0" * 40 + "1"), D("1." + "0" * 40 + "2")),
        (D("1." + "0" * 40 + "1"), D(1)),
        (D(-1), D(1)),
    ],
)
def test_different_content_has_different_digests(one: object, other: object) -> None:
    assert codec.content_digest(one) != codec.content_digest(other)


@given(st.decimals(allow_nan=False, allow_infinity=False), st.decimals(allow_nan=False, allow_infinity=False))
def test_digests_agree_exactly_when_numbers_do(one: Decimal, other: Decimal) -> None:
    assert (codec.content_digest(one) == codec.content_digest(other)) == (one == other)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXTS | st.decimals(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
        max_leaves=8,
    )
)
def test_a_digest_survives_the_wire(value: Any) -> None:
    assert codec.content_digest(codec.loads(codec.dumps(value))) == codec.content_digest(value)


def test_a_mapping_of_another_kind_has_the_digest_of_its_content() -> None:
    class Frozen(dict[str, int]):
        pass

    frozen: Mapping[str, int] = Frozen(b=1, a=2)
    assert codec.content_digest({"f": frozen}) == codec.content_digest({"f": {"a": 2, "b": 1}})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'"\\ud83d"', "\ufffd"),
        (b'"ok \\uD83D\\uDE00"', "ok \U0001f600"),
        (b'{"\\udc00": ["a\\ud83db"]}', {"\ufffd": ["a\ufffdb"]}),
        (b'"\\\\ud83d"', "\\ud83d"),
        (b'{"a\\u0000": ["\\u0000b"]}', {"a": ["b"]}),
        (b'"\\\\u0000"', "\\u0000"),
    ],
)
def test_what_is_no_text_does_not_stop_what_reads_it(text: bytes, value: object) -> None:
    for read in (codec.loads(text), codec.loads(text.decode())):
        assert read == value
        assert codec.loads(codec.dumps(read)) == value


def test_what_digests_are_made_of_is_spelled_as_in_version_0_1() -> None:
    value = [["A-1", D("3"), D("4.50"), D(0)], {"b": None, "a": 'Q4 \u2013 "x"\n\x01'}, 100, True, D("1E-7")]
    spelled = '[["A-1",3,4.5,0],{"a":"Q4 \u2013 \\"x\\"\\n\\u0001","b":null},1E+2,true,1E-7]'
    assert codec.dumps_canonical(value) == spelled.encode()
