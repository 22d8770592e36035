"""COQL: from text to a tree (Zoho: COQL overview and limitations pages).

AND and OR join two parts only: `((A and B) and C)` is right, `A and B and C` is a SYNTAX_ERROR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from vendor_sandbox.zoho.errors import ZohoRefusalError, limit_exceeded

AGGREGATES = frozenset({"count", "sum", "min", "max", "avg"})
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^'\\]|\\.|'')*')
    |(?P<number>-?\d+(?:\.\d+)?)
    |(?P<name>[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)
    |(?P<sign><=|>=|!=|<>|=|<|>|\(|\)|,|\*)
    )""",
    re.VERBOSE,
)
_CLAUSES = ("select", "from", "where", "group", "by", "order", "limit", "offset", "as", "asc", "desc")
_OPERATORS = ("and", "or", "not", "in", "like", "is", "null", "between", "true", "false")
_KEYWORDS = frozenset({*_CLAUSES, *_OPERATORS})
MAX_ROWS = 2_000
MAX_OFFSET = 100_000


@dataclass(frozen=True, slots=True)
class Quoted:
    """A literal in quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A selected column: a dotted name, perhaps inside an aggregate, perhaps with an alias."""

    name: str
    aggregate: str | None = None
    alias: str | None = None

    @property
    def key(self) -> str:
        """The key in the result row."""
        if self.alias is not None:
            return self.alias
        return self.name if self.aggregate is None else f"{self.aggregate}({self.name})"


@dataclass(frozen=True, slots=True)
class Condition:
    """`name operator values`; operators: = != < <= > >= in, not in, like, not like, between, not between,
    is null, is not null."""

    name: str
    operator: str
    values: tuple[Quoted | Decimal | bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Junction:
    """Two parts joined by "and" or "or"."""

    operator: str
    left: Criteria
    right: Criteria


Criteria = Condition | Junction


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query."""

    columns: tuple[Column, ...]
    module: str
    criteria: Criteria
    group_by: tuple[str, ...]
    order_by: tuple[tuple[str, bool], ...]
    limit: int
    offset: int
    has_limit: bool


def syntax_error(message: str, near: str) -> ZohoRefusalError:
    """400 SYNTAX_ERROR."""
    return ZohoRefusalError(400, "SYNTAX_ERROR", message, {"near": near})


@lru_cache(maxsize=128)
def parse_query(text: str) -> Query:
    """Parse a select query and check the limits that need no module. Raises ZohoRefusalError."""
    return _Parser(text).parse()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokenize(text: str) -> Iterator[_Token]:
    position = 0
    text = text.strip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise syntax_error("error occurred while parsing the query", text[position : position + 20])
        position = found.end()
        kind = found.lastgroup or ""
        token = found[kind]
        if kind == "name" and token.lower() in _KEYWORDS:
            yield _Token("keyword", token.lower())
        else:
            yield _Token(kind, token)
    yield _Token("end", "")


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokenize(text))
        self._position = 0
        self._criteria_count = 0

    @property
    def _current(self) -> _Token:
        return self._tokens[self._position]

    def _fail(self, message: str = "error occurred while parsing the query") -> ZohoRefusalError:
        return syntax_error(message, self._current.text)

    def _accept(self, *texts: str) -> bool:
        """Take these keywords or signs if they come next."""
        ahead = self._tokens[self._position : self._position + len(texts)]
        if [token.text for token in ahead] != list(texts) or any(token.kind == "text" for token in ahead):
            return False
        self._position += len(texts)
        return True

    def _expect(self, *texts: str) -> None:
        if not self._accept(*texts):
            raise self._fail(f"missing {' '.join(texts)} clause")

    def _take(self, kind: str) -> str:
        token = self._current
        if token.kind != kind:
            raise self._fail()
        self._position += 1
        return token.text

    def parse(self) -> Query:
        self._expect("select")
        columns = self._parse_columns()
        self._expect("from")
        module = self._take("name")
        self._expect("where")
        criteria = self._parse_criteria()
        group_by = tuple(self._parse_names()) if self._accept("group", "by") else ()
        order_by = tuple(self._parse_order()) if self._accept("order", "by") else ()
        has_limit = self._accept("limit")
        limit = self._parse_count() if has_limit else 200
        offset = self._parse_count() if self._accept("offset") else 0
        if self._current.kind != "end":
            raise self._fail()
        query = Query(columns, module, criteria, group_by, order_by, limit, offset, has_limit)
        _check_limits(query, self._criteria_count)
        return query

    def _parse_columns(self) -> tuple[Column, ...]:
        columns = [self._parse_column()]
        while self._accept(","):
            columns.append(self._parse_column())
        return tuple(columns)

    def _parse_column(self) -> Column:
        name, aggregate, alias = self._take("name"), None, None
        if name.lower() in AGGREGATES and self._accept("("):
            aggregate, name = name, self._take("name")
            self._expect(")")
        if self._accept("as"):
            if self._current.kind != "name" or "." in self._current.text or "$" in self._current.text:
                raise ZohoRefusalError(400, "INVALID_ALIAS", "alias is not valid", {"alias": self._current.text})
            alias = self._take("name")
        return Column(name, aggregate, alias)

    def _parse_names(self) -> Iterator[str]:
        yield self._take("name")
        while self._accept(","):
            yield self._take("name")

    def _parse_order(self) -> Iterator[tuple[str, bool]]:
        while True:
            name = self._take("name")
            descending = self._accept("desc")
            if not descending:
                self._accept("asc")
            yield name, descending
            if not self._accept(","):
                return

    def _parse_count(self) -> int:
        text = self._take("number")
        if not text.isdigit():
            raise self._fail()
        return int(text)

    def _parse_criteria(self) -> Criteria:
        left = self._parse_part()
        for operator in ("and", "or"):
            if self._accept(operator):
                return Junction(operator, left, self._parse_part())
        return left

    def _parse_part(self) -> Criteria:
        if self._accept("("):
            inner = self._parse_criteria()
            if not self._accept(")"):
                raise self._fail("missing parenthesis: and, or join two parts only")
            return inner
        return self._parse_condition()

    def _parse_condition(self) -> Condition:
        name = self._take("name")
        self._criteria_count += 1
        if self._accept("is", "not", "null"):
            return Condition(name, "is not null")
        if self._accept("is", "null"):
            return Condition(name, "is null")
        negation = "not " if self._accept("not") else ""
        if self._accept("in"):
            return Condition(name, f"{negation}in", tuple(self._parse_list()))
        if self._accept("like"):
            return Condition(name, f"{negation}like", (self._parse_literal(),))
        if self._accept("between"):
            low = self._parse_literal()
            self._expect("and")
            return Condition(name, f"{negation}between", (low, self._parse_literal()))
        sign = "" if negation else self._take("sign")
        sign = "!=" if sign == "<>" else sign
        if sign not in {"=", "!=", "<", "<=", ">", ">="}:
            raise self._fail()
        return Condition(name, sign, (self._parse_literal(),))

    def _parse_list(self) -> Iterator[Quoted | Decimal | bool]:
        self._expect("(")
        yield self._parse_literal()
        while self._accept(","):
            yield self._parse_literal()
        self._expect(")")

    def _parse_literal(self) -> Quoted | Decimal | bool:
        token = self._current
        self._position += 1
        if token.kind == "text":
            inner = token.text[1:-1].replace("''", "'")
            return Quoted(re.sub(r"\\(.)", r"\1", inner))
        if token.kind == "number":
            return Decimal(token.text)
        if token.kind == "keyword" and token.text in {"true", "false"}:
            return token.text == "true"
        self._position -= 1
        raise self._fail()


def _check_limits(query: Query, criteria_count: int) -> None:
    for count, limit, clause in (
        (len(query.columns), 50, "select"),
        (criteria_count, 25, "where"),
        (len(query.order_by), 10, "order by"),
        (len(query.group_by), 4, "group by"),
        (sum(column.aggregate is not None for column in query.columns), 5, "aggregate"),
        (query.limit, MAX_ROWS, "limit"),
        (query.offset + query.limit, MAX_OFFSET, "offset"),
    ):
        if count > limit:
            raise limit_exceeded(f"{clause} clause exceeds the limit", limit, clause=clause)
    if query.limit < 1:
        raise syntax_error("limit must be at least 1", str(query.limit))
    keys = [column.key for column in query.columns]
    for column in query.columns:
        if keys.count(column.key) > 1:
            code = "INVALID_ALIAS" if column.alias is not None else "DUPLICATE_DATA"
            raise ZohoRefusalError(400, code, "duplicate column", {"column_name": column.key})
