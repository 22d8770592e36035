"""The `where` and `order` languages of the Accounting API.

`where` is a small C#: `Type=="ACCREC" AND Status=="AUTHORISED"`, `Date>=DateTime(2020, 01, 01)`,
`Contact.ContactID==guid("...")`, `Name.StartsWith("P")`, `Reference!=null`, `&&`, `||`, parentheses; a
single `=` counts as `==`. Types are checked as Xero checks them: text is not a GUID, a date is not text.
Text is compared without case (the documents say so for contacts, and SQL does it for the rest).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from vendor_sandbox.xero.body_shapes import is_guid, normalise_guid
from vendor_sandbox.xero.dates import parse_document_date
from vendor_sandbox.xero.refusals import query_invalid

T = TypeVar("T")

TEXT, NUMBER, FLAG, DATE, GUID = "String", "Decimal", "Boolean", "DateTime", "Guid"


@dataclass(frozen=True, slots=True)
class Queryable(Generic[T]):
    """One property that can be filtered and ordered by. DATE getters return aware datetimes or dates."""

    kind: str
    read: Callable[[T], Any]


Properties = Mapping[str, Queryable[T]]
Predicate = Callable[[T], bool]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"(?:[^"\\]|\\.)*")
    | (?P<number>-?\d+(?:\.\d+)?[mMdD]?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
    | (?P<symbol>&&|\|\||==|!=|<>|>=|<=|[=<>!(),])
    )""",
    re.VERBOSE,
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
}
_METHODS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": lambda whole, part: part in whole,
}


def parse_where(text: str, properties: Properties[T]) -> Predicate[T]:
    """Compile a `where` expression. Raises RequestRefusedError (QueryParseException)."""
    return _Parser(_tokenise(text), properties).parse()


def parse_order(text: str, properties: Properties[T]) -> list[tuple[Callable[[T], Any], bool]]:
    """Compile `order`: pairs of key function and descending flag. Raises RequestRefusedError."""
    keys: list[tuple[Callable[[T], Any], bool]] = []
    for part in text.split(","):
        words = part.split()
        if not words or len(words) > 2:
            raise query_invalid(f"The order clause '{text}' cannot be parsed")
        direction = words[1].upper() if len(words) == 2 else "ASC"
        if direction not in {"ASC", "DESC", "ASCENDING", "DESCENDING"}:
            raise query_invalid(f"The order clause '{text}' cannot be parsed")
        keys.append((_order_key(_find_property(words[0], properties)), direction.startswith("DESC")))
    return keys


def fold_text(text: str) -> str:
    """Text as it is compared: without case and accents."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    return "".join(mark for mark in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(mark))


def _order_key(entry: Queryable[T]) -> Callable[[T], Any]:
    def read_key(record: T) -> tuple[bool, Any]:
        value = _normalise(entry.read(record), entry.kind)
        return (value is not None, value)

    return read_key


def _find_property(name: str, properties: Properties[T]) -> Queryable[T]:
    entry = properties.get(name.lower())
    if entry is None:
        raise query_invalid(f"No property or field '{name}' exists")
    return entry


def _normalise(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == TEXT:
        return fold_text(value)
    if kind == DATE and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokenise(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    stripped = text.rstrip()
    while position < len(stripped):
        found = _TOKEN.match(stripped, position)
        if found is None or found.lastgroup is None:
            raise query_invalid(f"Syntax error in where clause near '{stripped[position : position + 20]}'")
        tokens.append(_Token(found.lastgroup, found[found.lastgroup]))
        position = found.end()
    if not tokens:
        raise query_invalid("The where clause is empty")
    return tokens


class _Parser(Generic[T]):
    """Recursive descent over the tokens; builds closures."""

    def __init__(self, tokens: list[_Token], properties: Properties[T]) -> None:
        self._tokens = tokens
        self._properties = properties
        self._at = 0

    def parse(self) -> Predicate[T]:
        predicate = self._parse_or()
        if self._at != len(self._tokens):
            raise query_invalid(f"Syntax error in where clause near '{self._tokens[self._at].text}'")
        return predicate

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self) -> _Token:
        token = self._peek()
        if token is None:
            raise query_invalid("Expression expected at the end of the where clause")
        self._at += 1
        return token

    def _take_if(self, *texts: str) -> bool:
        token = self._peek()
        if token is not None and token.kind != "text" and token.text.upper() in texts:
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._take_if(text):
            raise query_invalid(f"'{text}' expected in the where clause")

    def _parse_or(self) -> Predicate[T]:
        left = self._parse_and()
        while self._take_if("OR", "||"):
            left = _either(left, self._parse_and())
        return left

    def _parse_and(self) -> Predicate[T]:
        left = self._parse_unary()
        while self._take_if("AND", "&&"):
            left = _both(left, self._parse_unary())
        return left

    def _parse_unary(self) -> Predicate[T]:
        if self._take_if("!", "NOT"):
            inner = self._parse_unary()
            return lambda record: not inner(record)
        if self._take_if("("):
            inner = self._parse_or()
            self._expect(")")
            return inner
        return self._parse_comparison()

    def _parse_comparison(self) -> Predicate[T]:
        token = self._take()
        if token.kind != "name":
            raise query_invalid(f"Syntax error in where clause near '{token.text}'")
        head, _, method = token.text.rpartition(".")
        if method.lower() in _METHODS and head:
            return self._parse_method(head, method.lower())
        entry = _find_property(token.text, self._properties)
        operator = self._peek()
        if operator is None or operator.text not in {"=", "==", "!=", "<>", ">", ">=", "<", "<="}:
            if entry.kind == FLAG:
                return lambda record: bool(entry.read(record))
            raise query_invalid("Expression of type 'Boolean' expected")
        self._at += 1
        symbol = {"=": "==", "<>": "!="}.get(operator.text, operator.text)
        kind, value = self._parse_literal()
        return _compare(entry, symbol, kind, value)

    def _parse_method(self, head: str, method: str) -> Predicate[T]:
        entry = _find_property(head, self._properties)
        if entry.kind != TEXT:
            raise query_invalid(f"No applicable method '{method}' exists in type '{entry.kind}'")
        self._expect("(")
        kind, value = self._parse_literal()
        self._expect(")")
        if kind != TEXT:
            raise query_invalid(f"The method '{method}' needs text")
        wanted = fold_text(value)
        test = _METHODS[method]
        if self._take_if("==", "="):
            kind, truth = self._parse_literal()
            if kind != FLAG:
                raise query_invalid("A method is compared with true or false")
            return lambda record: _apply(test, entry.read(record), wanted) is truth
        return lambda record: _apply(test, entry.read(record), wanted)

    def _parse_literal(self) -> tuple[str, Any]:
        token = self._take()
        if token.kind == "text":
            return TEXT, re.sub(r"\\(.)", r"\1", token.text[1:-1])
        if token.kind == "number":
            return NUMBER, Decimal(token.text.rstrip("mMdD"))
        word = token.text.lower()
        if word in {"true", "false"}:
            return FLAG, word == "true"
        if word == "null":
            return "null", None
        if word in {"datetime", "datetime.parse"}:
            return DATE, self._parse_date(parse=word.endswith("parse"))
        if word in {"guid", "guid.parse"}:
            return GUID, self._parse_guid()
        raise query_invalid(f"Syntax error in where clause near '{token.text}'")

    def _parse_guid(self) -> str:
        self._expect("(")
        token = self._take()
        self._expect(")")
        if token.kind != "text" or not is_guid(token.text[1:-1]):
            raise query_invalid(f"'{token.text}' is not a Guid")
        return normalise_guid(token.text[1:-1])

    def _parse_date(self, *, parse: bool) -> datetime:
        self._expect("(")
        parts = [self._take()]
        while self._take_if(","):
            parts.append(self._take())
        self._expect(")")
        try:
            if parse:
                return _parse_date_text(parts)
            numbers = [int(part.text) for part in parts]
            if len(numbers) not in {3, 6}:
                raise ValueError(f"DateTime takes 3 or 6 numbers, not {len(numbers)}")
            padded = numbers + [0] * (6 - len(numbers))
            return datetime(*padded[:6], tzinfo=UTC)  # type: ignore[misc,arg-type]  # six plain numbers
        except (ValueError, TypeError) as problem:
            raise query_invalid(f"DateTime cannot be read: {problem}") from None


def _parse_date_text(parts: list[_Token]) -> datetime:
    if len(parts) != 1 or parts[0].kind != "text":
        raise ValueError("one text expected")
    text = parts[0].text[1:-1]
    if "T" in text:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    day: date = parse_document_date(text)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _both(left: Predicate[T], right: Predicate[T]) -> Predicate[T]:
    return lambda record: left(record) and right(record)


def _either(left: Predicate[T], right: Predicate[T]) -> Predicate[T]:
    return lambda record: left(record) or right(record)


def _apply(test: Callable[[str, str], bool], value: str | None, wanted: str) -> bool:
    return value is not None and test(fold_text(value), wanted)


def _compare(entry: Queryable[T], symbol: str, kind: str, value: Any) -> Predicate[T]:
    if kind == "null":
        if symbol not in {"==", "!="}:
            raise query_invalid(f"Operator '{symbol}' incompatible with null")
        wanted_null = symbol == "=="
        return lambda record: (entry.read(record) is None) is wanted_null
    if kind != entry.kind:
        raise query_invalid(f"Operator '{symbol}' incompatible with operand types '{entry.kind}' and '{kind}'")
    if kind in {FLAG, GUID} and symbol not in {"==", "!="}:
        raise query_invalid(f"Operator '{symbol}' incompatible with operand type '{kind}'")
    wanted = _normalise(value, kind)
    test = _COMPARE[symbol]
    negated = symbol == "!="

    def matches(record: T) -> bool:
        found = _normalise(entry.read(record), entry.kind)
        return negated if found is None else test(found, wanted)

    return matches
