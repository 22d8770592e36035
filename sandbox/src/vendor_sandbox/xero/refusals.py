"""How the Accounting API says no.

- `RequestRefusedError`: the whole request is refused and nothing was written.
- `ElementRefusedError`: one element of a write is refused; its neighbours are not (see `batch.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

RESOURCE_MISSING = "The resource you're looking for cannot be found"


class RequestRefusedError(Exception):
    """A whole request refused: HTTP status and JSON body (`None` body means plain text `text`)."""

    def __init__(self, status: int, body: dict[str, Any] | None, *, text: str = "") -> None:
        super().__init__(text or str(body))
        self.status = status
        self.body = body
        self.text = text


def post_data_invalid(message: str) -> RequestRefusedError:
    """ErrorNumber 14: a body, enum literal, number or date that cannot be read."""
    return RequestRefusedError(400, {"ErrorNumber": 14, "Type": "PostDataInvalidException", "Message": message})


def query_invalid(message: str) -> RequestRefusedError:
    """ErrorNumber 16: a `where`, `order` or other query value that cannot be read."""
    return RequestRefusedError(400, {"ErrorNumber": 16, "Type": "QueryParseException", "Message": message})


def validation_failed(elements: list[dict[str, Any]]) -> RequestRefusedError:
    """ErrorNumber 10: the documented whole-request validation answer with the failed elements."""
    return RequestRefusedError(
        400,
        {
            "ErrorNumber": 10,
            "Type": "ValidationException",
            "Message": "A validation exception occurred",
            "Elements": elements,
        },
    )


def resource_missing() -> RequestRefusedError:
    """404 with the plain text that Xero sends for an unknown id."""
    return RequestRefusedError(404, None, text=RESOURCE_MISSING)


def not_implemented() -> RequestRefusedError:
    """501: the method does not exist for this resource (Xero "HTTP response codes")."""
    return RequestRefusedError(
        501, {"ErrorNumber": 20, "Type": "ApiMethodNotImplementedException", "Message": "API Method Not Implemented"}
    )


class ElementRefusedError(Exception):
    """One element refused; carries all its problems at once."""

    def __init__(self, problems: Problems) -> None:
        super().__init__("; ".join(problems.list_messages()))
        self.problems = problems


@dataclass(slots=True)
class Problems:
    """Validation messages of one element: its own, its contact's, and each line's by position."""

    own: list[str] = field(default_factory=list)
    contact: list[str] = field(default_factory=list)
    lines: dict[int, list[str]] = field(default_factory=dict)

    def add(self, message: str) -> None:
        """A problem of the element itself."""
        self.own.append(message)

    def add_contact(self, message: str) -> None:
        """A problem of the nested contact."""
        self.contact.append(message)

    def add_line(self, position: int, message: str) -> None:
        """A problem of the line at this position, counted from 0."""
        self.lines.setdefault(position, []).append(message)

    def list_messages(self) -> list[str]:
        """All messages, each once, in the order in which Xero lists them: own, contact, lines."""
        every = [*self.own, *self.contact]
        for position in sorted(self.lines):
            every.extend(self.lines[position])
        return list(dict.fromkeys(every))

    def raise_if_any(self) -> None:
        """Raises ElementRefusedError if there is a problem."""
        if self.own or self.contact or self.lines:
            raise ElementRefusedError(self)


def refuse_element(message: str) -> ElementRefusedError:
    """An element refusal with one message."""
    problems = Problems()
    problems.add(message)
    return ElementRefusedError(problems)
