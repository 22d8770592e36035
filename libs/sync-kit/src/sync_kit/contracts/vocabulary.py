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
    PRODUCTS = "products"
    INVOICES = "invoices"


MODULE_ORDER: Final = (Module.ACCOUNTS, Module.CONTACTS, Module.PRODUCTS, Module.INVOICES)
"""Parents before the documents that refer to them."""


class RunMode(StrEnum):
    """What a run may do. Plan and check join when they are built."""

    APPLY = "apply"


class Sending(StrEnum):
    """Which contacts and products go: those that a document needs, or all."""

    USED = "used"
    ALL = "all"


class Stage(StrEnum):
    """The two services that work for a run."""

    READER = "reader"
    WRITER = "writer"


class Outcome(StrEnum):
    """What became of one record in one run."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LINKED = "linked"
    LOCKED = "locked"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    FAILED = "failed"


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
