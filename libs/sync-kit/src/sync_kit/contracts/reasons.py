"""The closed, published catalogue of reasons: why a record did not go, in words for people.

A reason in an event is a code and the facts that fill its sentence. The catalogue says who must act, what to do and
what re-opens the record. Codes are a public contract: they are added, never reused for something else.
"""

from collections.abc import Mapping
from enum import StrEnum
from string import Formatter
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from sync_kit.contracts.vocabulary import ReopenedBy


class ReasonKind(StrEnum):
    """Which outcomes a reason explains; a warning rides on records that went."""

    SKIPPED = "skipped"
    BLOCKED = "blocked"
    LOCKED = "locked"
    WARNING = "warning"
    FAILED = "failed"


class WhoActs(StrEnum):
    """Who can mend it: sales in the CRM, accounts in Xero or by policy, an admin in connections and mapping."""

    SALES = "sales"
    ACCOUNTS = "accounts"
    ADMIN = "admin"
    NOBODY = "nobody"


class Reason(BaseModel):
    """One reason of one record: the code, the facts of its sentence, and the vendor's own words if there were any."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    facts: Mapping[str, Any] = Field(default_factory=dict)
    vendor_words: str | None = None


class ReasonEntry(BaseModel):
    """One line of the catalogue. `sentence` and `what_to_do` hold {facts}."""

    model_config = ConfigDict(frozen=True)

    code: str
    kind: ReasonKind
    sentence: str
    who: WhoActs
    what_to_do: str
    heals: bool
    """True: the record goes by itself once the cause is gone."""
    reopened_by: tuple[ReopenedBy, ...]


class _Gaps(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "(unknown)"


def fill(template: str, facts: Mapping[str, Any]) -> str:
    """The template with its facts; a fact that is missing or None reads "(unknown)", never an error."""
    known = {name: _say(value) for name, value in facts.items() if value is not None}
    return Formatter().vformat(template, (), _Gaps(known))


def _say(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)
