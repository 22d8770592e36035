"""A tenant's mapping: how CRM statuses, taxes, numbers and money become Xero's, chosen once per tenant.

The defaults post nothing by surprise: documents become drafts, and without a sales account and a word on untaxed
lines nothing goes.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sync_kit.contracts.vocabulary import Module

FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,99}$")]
"""A Zoho field's API name."""
StatusName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
TaxName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
TaxType = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
AccountCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10)]


class StatusChoice(StrEnum):
    """What a CRM status means in Xero."""

    WAIT = "wait"
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    AUTHORISED = "AUTHORISED"
    NOT_CREATED = "not_created"


SENT_CHOICES: Final = frozenset({StatusChoice.DRAFT, StatusChoice.SUBMITTED, StatusChoice.AUTHORISED})


class Amounts(StrEnum):
    """Whether CRM line amounts are before tax, with tax, or know no tax."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"
    NONE = "none"


class LockPolicy(StrEnum):
    """SEED: approved documents never change from the CRM. XERO: what Xero itself allows."""

    SEED = "seed"
    XERO = "xero"


class ZeroTotal(StrEnum):
    """What happens to documents that add up to nothing."""

    SKIP = "skip"
    SEND = "send"


class CentPolicy(StrEnum):
    """What happens when Xero's rounding and the CRM's are cents apart."""

    ROUNDING_LINE = "rounding_line"
    ACCEPT = "accept"
    HOLD = "hold"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NumberFields(_Part):
    """Which CRM field holds the document's number."""

    invoices: FieldName = "Invoice_Number"


class Statuses(_Part):
    """CRM status -> choice. A status that does not stand here blocks its documents."""

    invoices: Mapping[StatusName, StatusChoice] = Field(
        default_factory=lambda: {
            "Created": StatusChoice.WAIT,
            "Approved": StatusChoice.DRAFT,
            "Delivered": StatusChoice.DRAFT,
            "Canceled": StatusChoice.NOT_CREATED,
        },
        max_length=100,
    )


class Taxes(_Part):
    """The CRM taxes of a line, their names sorted and joined by " + " -> Xero's TaxType."""

    sales: Mapping[TaxName, TaxType] = Field(default_factory=dict, max_length=200)


class Accounts(_Part):
    """Xero account codes that lines are posted to."""

    sales: AccountCode | None = None


class TenantMapping(_Part):
    """The whole mapping of a tenant; it is replaced whole, its version is kept beside it."""

    number_fields: NumberFields = NumberFields()
    statuses: Statuses = Statuses()
    taxes: Taxes = Taxes()
    untaxed_sales: TaxType | None = None
    """TaxType of sales lines without a CRM tax. "No tax" is said by hand: zero-rated, exempt and outside the scope
    are three things."""
    accounts: Accounts = Accounts()
    amounts: Amounts = Amounts.EXCLUSIVE
    due_days: int | None = Field(default=None, ge=0, le=730)
    """Days until due where neither the CRM nor Xero's payment terms say it."""
    lock_policy: LockPolicy = LockPolicy.SEED
    zero_total: ZeroTotal = ZeroTotal.SKIP
    cent_policy: CentPolicy = CentPolicy.ROUNDING_LINE
    rounding_account: AccountCode | None = None
    """Account of the rounding line; None: the sales account."""
    primary_person_field: FieldName | None = None
    """CRM checkbox on Contacts that marks an account's main person; None: the oldest with an e-mail address."""


def default_mapping() -> TenantMapping:
    """The mapping of a tenant that has chosen nothing."""
    return TenantMapping()


STANDARD_FIELDS: Final[Mapping[Module, frozenset[str]]] = {
    Module.ACCOUNTS: frozenset(),
    Module.CONTACTS: frozenset(),
    Module.PRODUCTS: frozenset(),
    Module.INVOICES: frozenset({"Invoice_Number", "Subject", "Status", "Invoice_Date", "Due_Date", "Purchase_Order"}),
}
"""Fields that are read without being asked for."""


def list_crm_fields(mapping: TenantMapping) -> dict[Module, tuple[str, ...]]:
    """The CRM fields that the mapping needs beyond the standard ones, by module; modules without any are left out."""
    asked: dict[Module, set[str]] = {Module.INVOICES: {mapping.number_fields.invoices}}
    if mapping.primary_person_field is not None:
        asked[Module.CONTACTS] = {mapping.primary_person_field}
    extra = {module: sorted(names - STANDARD_FIELDS[module]) for module, names in asked.items()}
    return {module: tuple(names) for module, names in extra.items() if names}
