"""What goes out and what comes back, as plain values.

Headers and bodies never show in a `repr`: they carry tokens and people's names, and a `repr` ends up in logs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from sync_kit.contracts import codec
from sync_kit.errors import BadAnswerError

Pairs = Mapping[str, str] | Sequence[tuple[str, str]]

_UNSAFE_IN_HEADER = re.compile(r"[\r\n\0]")


@dataclass(frozen=True)
class HttpRequest:
    """One request. At most one of `body` (exact bytes) and `form` (sent url-encoded) is given.

    `params` are added to the query of `url`. `connect_to` is an IP address to connect to instead of resolving the
    host's name again; Host header and certificate check keep the name of `url`.
    Raises ValueError for a url that is not absolute http(s), for a control character in a header, and for two bodies.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    params: Pairs = field(default=(), repr=False)
    form: Pairs | None = field(default=None, repr=False)
    connect_to: str | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("an outward request needs an absolute http(s) url")
        if any(_UNSAFE_IN_HEADER.search(text) for item in self.headers.items() for text in item):
            raise ValueError("a header must not contain a line break")
        if self.body is not None and self.form is not None:
            raise ValueError("a request has one body: give `body` or `form`")

    @property
    def full_url(self) -> str:
        """`url` with `params` added to its query; a space is %20, since not every server reads + as one."""
        if not self.params:
            return self.url
        parts = urlsplit(self.url)
        added = urlencode(_as_pairs(self.params), quote_via=quote)
        return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))

    @property
    def content(self) -> bytes | None:
        """The bytes to send."""
        if self.form is None:
            return self.body
        return urlencode(_as_pairs(self.form)).encode("ascii")


@dataclass(frozen=True)
class HttpResponse:
    """One whole answer. Header names are lower case; a repeated header is joined by a comma and a space."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


def json_request(
    method: str,
    url: str,
    value: object,
    *,
    headers: Mapping[str, str] | None = None,
    params: Pairs = (),
) -> HttpRequest:
    """A request whose body is `value` as JSON with exact decimals."""
    full = {"content-type": "application/json", "accept": "application/json", **(headers or {})}
    return HttpRequest(method, url, headers=full, params=params, body=codec.dumps(value))


def parse_json(response: HttpResponse) -> Any:
    """The answer's JSON, an object or a list, with fractions as Decimal.

    Raises BadAnswerError if the body is not JSON, holds NaN or infinity, is nested too deep to read, or is a bare
    value. The message holds nothing of the body.
    """
    try:
        value = codec.loads(response.body)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise BadAnswerError(f"the answer (status {response.status}) is not JSON that can be read") from error
    if not isinstance(value, dict | list):
        raise BadAnswerError(f"the answer (status {response.status}) is neither a JSON object nor a list")
    return value


def _as_pairs(pairs: Pairs) -> list[tuple[str, str]]:
    return list(pairs.items()) if isinstance(pairs, Mapping) else list(pairs)
