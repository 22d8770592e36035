"""Keep tokens and people out of the logs: by the name of a field, and by the look of a text.

This is the second line. The first is that nobody logs names, bodies or tokens at all.
"""

import re
from collections.abc import Mapping, MutableMapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

REDACTED = "[redacted]"
_MAX_TEXT_CHARACTERS = 2000
_MAX_DEPTH = 6

_SECRET_NAME = re.compile(
    r"token|secret|passw|authori[sz]ation|cookie|api_?key|private_?key|service_?key|signing_?key|credential|database_?url"
    r"|e_?mail|phone|address|street|postcode|first_?name|last_?name|full_?name|contact_?name|company"
    r"|^(body|payload|form|params|query|query_string|content|parameters|code_verifier|state)$",
    re.IGNORECASE,
)
_SECRET_LOOKS = (
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE), r"\1 " + REDACTED),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?"), REDACTED),
    (re.compile(r"://[^/\s:@]*:[^/\s@]*@"), f"://{REDACTED}@"),
    (re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+"), REDACTED),
    (re.compile(r"(://[^\s?\"']*|/[\w/.-]*)\?[^\s\"']+"), r"\1?" + REDACTED),
)


def redact_event(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Log processor: every value of the event made safe."""
    return {key: redact_value(value, key) for key, value in event.items()}


def redact_value(value: object, name: str = "", depth: int = 0) -> object:
    """`value` without secrets, as plain JSON types. An object of another type is told by its type alone."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if name and _SECRET_NAME.search(name):
        return REDACTED
    if isinstance(value, str | Enum | Decimal | date | datetime | timedelta):
        return redact_text(str(value.value) if isinstance(value, Enum) else str(value))
    if depth < _MAX_DEPTH and isinstance(value, Mapping):
        return {redact_text(str(key)): redact_value(item, str(key), depth + 1) for key, item in value.items()}
    if depth < _MAX_DEPTH and isinstance(value, list | tuple | set | frozenset):
        return [redact_value(item, "", depth + 1) for item in value]
    return f"<{type(value).__name__}>"


def redact_text(text: str) -> str:
    """`text` without what looks like a credential, an e-mail address or a query string; cut at 2,000 characters."""
    text = text[:_MAX_TEXT_CHARACTERS]
    for look, replacement in _SECRET_LOOKS:
        text = look.sub(replacement, text)
    return text
