"""The closed sets of words that events are made of. Their meanings are in docs/glossary.md."""

from enum import StrEnum
from typing import Final


class Vendor(StrEnum):
    """The two remote sides."""

    ZOHO = "zoho"
    XERO = "xero"


class Module(StrEnum):
    """One kind of CRM record."""

    ACCOUNTS = "accounts"
    CONTACTS = "contacts"
    VENDORS = "vendors"
    PRODUCTS = "products"
    INVOICES = "invoices"
    PURCHASE_ORDERS = "purchase_orders"
    QUOTES = "quotes"
    SALES_ORDERS = "sales_orders"


MODULE_ORDER: Final = tuple(Module)
"""Parents before the documents that refer to them: the order in which the modules stand above."""

DOCUMENT_MODULES: Final = (Module.INVOICES, Module.PURCHASE_ORDERS, Module.QUOTES, Module.SALES_ORDERS)
"""Modules whose records have lines and money. A run's window limits these alone."""

DEFAULT_MODULES: Final = MODULE_ORDER[:6]
"""What goes unless a tenant says otherwise: quotes and sales orders are off."""


class Direction(StrEnum):
    """Which way a module goes."""

    OFF = "off"
    TO_XERO = "to_xero"


class RunMode(StrEnum):
    """What a run may do.

    Plan: everything but the writing, on a copy that is thrown away; nothing of the tenant's moves. Check: a plan whose
    stages also report findings on the set-up (readiness).
    """

    APPLY = "apply"
    PLAN = "plan"
    CHECK = "check"


REHEARSALS: Final = frozenset({RunMode.PLAN, RunMode.CHECK})
"""Modes that move nothing: no checkpoint, no digest, nothing staged, nothing written to a vendor."""


class Sending(StrEnum):
    """Which contacts and products go: those that a document needs, or all."""

    USED = "used"
    ALL = "all"


class Stage(StrEnum):
    """The two services that work for a run."""

    READER = "reader"
    WRITER = "writer"


class Outcome(StrEnum):
    """What became of one record in one run; the last three are a rehearsal's."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LINKED = "linked"
    LOCKED = "locked"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    FAILED = "failed"
    WOULD_CREATE = "would_create"
    WOULD_UPDATE = "would_update"
    WOULD_LINK = "would_link"


HELD: Final = frozenset({Outcome.LOCKED, Outcome.BLOCKED, Outcome.FAILED})
"""Not settled: watched until the cause changes."""


class ConnectionState(StrEnum):
    """Whether we may call the vendor for this tenant."""

    CONNECTED = "connected"
    NEEDS_REAUTHORISATION = "needs_reauthorisation"
    DISCONNECTED = "disconnected"


class WantedCause(StrEnum):
    """Why a record's payload is needed again."""

    PARENT_NEVER_READ = "parent_never_read"
    PAYLOAD_GONE = "payload_gone"
    PAGE_UNREADABLE = "page_unreadable"


class ReopenedBy(StrEnum):
    """What makes a held or skipped record worth judging again."""

    CRM_CHANGE = "crm_change"
    PARENT_LINKED = "parent_linked"
    NEEDED = "needed"
    MAPPING = "mapping"
    SETTINGS = "settings"
    XERO_REFERENCE = "xero_reference"
    XERO_DOCUMENT = "xero_document"
    CONNECTION = "connection"
    TIME = "time"
    DECISION = "decision"
