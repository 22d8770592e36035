"""All that is known about one linked document while it is judged, gathered once."""

from dataclasses import dataclass, replace
from decimal import Decimal

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.holding import hold
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.rows import JudgeContext, JudgeInput, LedgerDocument, Link, StagedRecord
from xero_writer.domain.verdicts import Held


@dataclass(frozen=True)
class LinkedCase:
    """A CRM document, its link, and the Xero document as last seen (None: the ledger does not show it)."""

    given: JudgeInput
    context: JudgeContext
    link: Link
    label: RecordLabel
    kind: XeroKind
    text: str

    @property
    def record(self) -> StagedRecord:
        """The CRM's newest version."""
        return self.given.record

    @property
    def document(self) -> LedgerDocument | None:
        """The Xero document as last seen."""
        return next((hit for hit in self.given.hits.documents if hit.xero_id == self.link.xero_id), None)

    @property
    def status(self) -> str:
        """Xero's status as last seen."""
        return self.document.status if self.document is not None else self.link.status or "DRAFT"

    @property
    def paid(self) -> Decimal:
        """What was paid of it, as last seen."""
        return self.document.amount_paid if self.document is not None else Decimal(0)

    @property
    def credited(self) -> Decimal:
        """What was credited of it, as last seen."""
        return self.document.amount_credited if self.document is not None else Decimal(0)

    @property
    def facts(self) -> LinkFacts:
        """The link's facts with the kind, which links of version 0.1 do not say."""
        return replace(self.link.facts, kind=self.kind)

    def hold(self, reasons: list[Reason]) -> Held:
        """Held by all of these, worst first."""
        return hold(reasons, self.label)
