"""What judging a record can end in. A verdict is a value: the engine acts on it, the judge touches nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reason_catalogue import get_reason_entry
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Outcome, ReopenedBy
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.link_facts import LinkFacts

Element = Mapping[str, Any]
"""One element of a Xero request body: Xero's names, exact decimals."""


class Action(StrEnum):
    """What is to be done in Xero. LINK writes nothing there."""

    CREATE = "create"
    UPDATE = "update"
    LINK = "link"


class Need(StrEnum):
    """What must be read from Xero before the record can be judged."""

    REFERENCE = "reference"
    """Organisation, accounts, tax rates, currencies."""
    LEDGER = "ledger"
    """What is in Xero already (contacts, items or sales invoices): before the first create of that module."""
    SWEEP = "sweep"
    """What Xero changed since the last look, for this module, in this run: before an update."""


@dataclass(frozen=True)
class ParentRef:
    """A record that another one refers to."""

    module: Module
    record_id: str


@dataclass(frozen=True)
class Unchanged:
    """Nothing to send. `facts` replace the link's facts when they differ."""

    digest: str
    facts: LinkFacts
    label: RecordLabel


@dataclass(frozen=True)
class Held:
    """May not go now. `outcome` is BLOCKED, LOCKED or FAILED; all reasons at once, worst first."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    label: RecordLabel

    @property
    def watches(self) -> frozenset[ReopenedBy]:
        """What makes it worth judging again."""
        return watches_of(self.reasons)


@dataclass(frozen=True)
class Skipped:
    """Not meant to go (yet).

    `facts` is set when documents need it all the same: a product without an item of its own, whose lines go as text.
    Store them with the staged record and give them back as `ParentView(state=AS_TEXT, facts=...)`.
    """

    reasons: tuple[Reason, ...]
    label: RecordLabel
    facts: LinkFacts | None = None

    @property
    def watches(self) -> frozenset[ReopenedBy]:
        """What makes it worth judging again."""
        return watches_of(self.reasons)


@dataclass(frozen=True)
class WaitsFor:
    """Nothing is wrong with the record itself; these parents have no counterpart yet. They are needed."""

    parents: tuple[ParentRef, ...]
    label: RecordLabel


@dataclass(frozen=True)
class Needs:
    """Cannot be judged before this is read."""

    what: frozenset[Need]
    label: RecordLabel


@dataclass(frozen=True)
class Ready:
    """May go. CREATE and UPDATE carry the element to send; UPDATE and LINK the counterpart's `xero_id`.

    `digest` and `facts` go into the link once Xero has agreed (for documents through `answers.agree_document`).
    No two records with a common `uniqueness_keys` entry may travel in one request.
    """

    action: Action
    digest: str
    facts: LinkFacts
    label: RecordLabel
    business_key: str
    """What Xero is asked by after a lost answer: ContactNumber, item code or invoice number, as sent."""
    xero_id: str | None = None
    element: Element | None = None
    uniqueness_keys: tuple[str, ...] = ()
    warnings: tuple[Reason, ...] = ()
    expected_total: Decimal | None = None
    """Documents: the total that Xero should answer with."""
    changed_fields: tuple[str, ...] = field(default=())
    """Updates: the names of the fields that the CRM changed."""
    kind: XeroKind | None = None
    """Documents: what it is (to be) in Xero."""
    status: str | None = None
    """Documents: the status in Xero that it will have."""


Verdict = Unchanged | Held | Skipped | WaitsFor | Needs | Ready


def watches_of(reasons: tuple[Reason, ...]) -> frozenset[ReopenedBy]:
    """All that re-opens a record with these reasons, by the published catalogue."""
    return frozenset(by for reason in reasons for by in get_reason_entry(reason.code).reopened_by)
