from decimal import Decimal

import pytest

from sync_kit.errors import BadAnswerError
from sync_kit.http import HttpRequest, HttpResponse, json_request, parse_json


def test_money_in_an_answer_is_an_exact_decimal() -> None:
    parsed = parse_json(HttpResponse(200, body=b'{"Total": 0.1000, "Count": 3}'))
    assert str(parsed["Total"]) == "0.1000"
    assert isinstance(parsed["Total"], Decimal)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b'{"a": NaN}', b'{"a": Infinity}', b"\xff\xfe", b'"text"', b"12", b"null", b"[" * 100_000],
)
def test_what_is_not_a_readable_json_document_is_a_bad_answer(body: bytes) -> None:
    with pytest.raises(BadAnswerError):
        parse_json(HttpResponse(200, body=body))


def test_a_bad_answer_does_not_quote_the_body() -> None:
    with pytest.raises(BadAnswerError) as caught:
        parse_json(HttpResponse(502, body=b"<html>Jane Doe"))
    assert "Jane" not in str(caught.value)


def test_a_json_request_carries_exact_decimals() -> None:
    assert json_request("POST", "https://a.test/", {"x": Decimal("1.10")}).content == b'{"x":1.10}'


def test_neither_headers_nor_bodies_show_in_a_repr() -> None:
    request = HttpRequest("GET", "https://a.test/", headers={"authorization": "Bearer s3cret"}, params={"q": "s3cret"})
    shown = repr(request) + repr(HttpResponse(200, {"x": "s3cret"}, b"s3cret"))
    assert "s3cret" not in shown


@pytest.mark.parametrize("url", ["/relative", "ftp://a.test/", "https://", "file:///etc/passwd"])
def test_only_absolute_http_urls_are_sent_to(url: str) -> None:
    with pytest.raises(ValueError, match="absolute"):
        HttpRequest("GET", url)


def test_a_header_cannot_smuggle_a_second_one() -> None:
    with pytest.raises(ValueError, match="line break"):
        HttpRequest("GET", "https://a.test/", headers={"x": "1\r\ny: 2"})


def test_a_request_has_one_body() -> None:
    with pytest.raises(ValueError, match="one body"):
        HttpRequest("POST", "https://a.test/", body=b"x", form={"a": "b"})
