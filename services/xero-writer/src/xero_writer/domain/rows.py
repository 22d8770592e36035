"""The frozen inputs of the judge: rows that the engine has already read, in the shape that the rules need."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Sending
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.link_facts import LinkedLine, LinkFacts
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.domain.reference import Reference
from xero_writer.domain.verdicts import ParentRef


@dataclass(frozen=True)
class StagedRecord:
    """The newest version of a CRM record. `fields` holds Zoho's API names and exact decimals."""

    module: Module
    record_id: str
    modified_at: datetime | None = None
    deleted: bool = False
    lines_complete: bool = True
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """The record's counterpart in Xero and what was last agreed with it."""

    xero_id: str
    agreed_digest: str | None = None
    status: str | None = None
    """Xero's status as last seen (documents)."""
    facts: LinkFacts = field(default_factory=LinkFacts)


class ParentState(StrEnum):
    """Where a parent stands."""

    LINKED = "linked"
    AS_TEXT = "as_text"
    """A product without an item of its own (Skipped with facts)."""
    STAGED = "staged"
    """Taken in; not judged yet, waiting, ready or on its way, or skipped only because nothing needed it."""
    HELD = "held"
    GONE = "gone"
    """Deleted in the CRM, or the CRM no longer knows it, and there is no link."""
    MISSING = "missing"
    """Never read."""


@dataclass(frozen=True)
class ParentView:
    """A parent as its dependants see it. A link counts before anything else, also when a newer version is held."""

    state: ParentState
    xero_id: str | None = None
    facts: LinkFacts | None = None
    reasons: tuple[Reason, ...] = ()
    """HELD: why. LINKED: warnings that ride on the documents that refer to it."""
    text: str | None = None
    """HELD: how people know it (`text.describe_record` of its label)."""


@dataclass(frozen=True)
class LedgerContact:
    """A contact that Xero has. Keys are digests from `keys`; `linked_to` lists the CRM records that it is linked to."""

    xero_id: str
    status: str
    name_key: str
    loose_key: str | None = None
    number_key: str | None = None
    email_key: str | None = None
    town_key: str | None = None
    terms_day: int | None = None
    terms_type: str | None = None
    """Payment terms of sales."""
    bill_terms_day: int | None = None
    bill_terms_type: str | None = None
    """Payment terms of purchases."""
    merged_to: str | None = None
    """The contact that a person merged this one into (Xero: MergedToContactID)."""
    blanks: frozenset[str] | None = None
    """Xero's names of the fields that hold nothing there; None: not known."""
    linked_to: tuple[ParentRef, ...] = ()


@dataclass(frozen=True)
class LedgerItem:
    """An item that Xero has."""

    xero_id: str
    code: str
    code_key: str
    name_key: str
    tracked: bool = False
    account_code: str | None = None
    tax_type: str | None = None
    """What Xero puts on sales lines of the item."""
    purchase_account_code: str | None = None
    purchase_tax_type: str | None = None
    """What Xero puts on purchase lines of the item."""
    linked_to: tuple[ParentRef, ...] = ()


@dataclass(frozen=True)
class LedgerDocument:
    """A document that Xero has. `field_digests` and `lines` are there when it was read with its lines."""

    xero_id: str
    number_key: str
    status: str
    kind: XeroKind = XeroKind.SALES_INVOICE
    contact_id: str | None = None
    currency: str | None = None
    dated: date | None = None
    total: Decimal | None = None
    amount_due: Decimal | None = None
    amount_paid: Decimal = Decimal(0)
    amount_credited: Decimal = Decimal(0)
    updated_at: datetime | None = None
    url_key: str | None = None
    """Digest of the link that it carries (`keys.url_key`): ours names the CRM record."""
    sale_key: str | None = None
    """`keys.sale_key`: what finds a document of the same contact and total."""
    field_digests: Mapping[str, str] | None = None
    lines: tuple[LinkedLine, ...] | None = None
    """In Xero's order; `key` is the LineItemID."""
    linked_to: tuple[ParentRef, ...] = ()


@dataclass(frozen=True)
class LedgerHits:
    """The ledger rows that share a key with the record, and the one that it is linked to."""

    contacts: tuple[LedgerContact, ...] = ()
    items: tuple[LedgerItem, ...] = ()
    documents: tuple[LedgerDocument, ...] = ()
    """By number, by contact and total (what somebody may have typed in), and the linked one."""


@dataclass(frozen=True)
class Sibling:
    """Another CRM record of the same module with the same business key (products: the same code but for capitals)."""

    record_id: str
    linked: bool = False
    xero_id: str | None = None
    code: str | None = None
    name_key: str | None = None


class DecisionKind(StrEnum):
    """What a person may decide about a held record."""

    LINK = "link"
    """It is this Xero record."""
    CREATE_NEW = "create_new"
    """It is none of them: make a new one (under a name with a suffix, where the name is taken)."""
    KEEP_CRM = "keep_crm"
    """Both changed it: the CRM's version goes."""
    KEEP_XERO = "keep_xero"
    """Both changed it: Xero's version stays, until the CRM changes again."""


@dataclass(frozen=True)
class Decision:
    """A person's decision about one record; it counts once, for the version of the record that it was made about."""

    kind: DecisionKind
    xero_id: str | None = None


@dataclass(frozen=True)
class RecordKeys:
    """The digests that a staged record is found by: index them. None where the record has no such value.

    `business`: product code or invoice number (only while the record is one that goes); `email`: the main person's.
    """

    business: str | None = None
    name: str | None = None
    email: str | None = None
    number: str | None = None
    """Contacts: the key of the ContactNumber that is ours."""
    loose: str | None = None
    """Contacts: the key of names that may be the same firm's."""


@dataclass(frozen=True)
class JudgeInput:
    """All rows about one record."""

    record: StagedRecord
    link: Link | None = None
    hits: LedgerHits = LedgerHits()
    parents: Mapping[ParentRef, ParentView] = field(default_factory=dict)
    siblings: tuple[Sibling, ...] = ()
    email_holders: int = 0
    """How many other CRM records carry the same main e-mail address."""
    needed: bool = False
    """A document that goes refers to it."""
    decision: Decision | None = None

    @property
    def ref(self) -> ParentRef:
        """The record as others refer to it."""
        return ParentRef(self.record.module, self.record.record_id)


@dataclass(frozen=True)
class RunSettings:
    """The tenant's settings that judging needs."""

    books_start_date: date
    sending: Sending = Sending.USED


@dataclass(frozen=True)
class JudgeContext:
    """What is the same for all records of a tenant in one slice."""

    mapping: TenantMapping
    settings: RunSettings
    digest_key: bytes
    """Secret of the keyed digests; at least 16 bytes."""
    reference: Reference | None = None
    ledger_read: frozenset[Module] = frozenset()
    """Modules of which the whole ledger has been read once (contacts and accounts share one read)."""
    swept: frozenset[Module] = frozenset()
    """Modules of which Xero's changes were read in this run (accounts, contacts and vendors share one reading)."""
    usual_rates: Mapping[str, Decimal] = field(default_factory=dict)
    """By currency: the middle rate of the CRM's documents (`currency_rates.list_usual_rates`), where Xero has none."""
    crm_web_url: str | None = None
    """Base of links to CRM pages, e.g. https://crm.zoho.eu/crm/org20001."""
