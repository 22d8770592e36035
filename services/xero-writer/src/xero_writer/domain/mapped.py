"""The result of mapping one CRM record: the element as a creation would send it, and all that is wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from xero_writer.domain.crm_values import UnusableValueError
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.verdicts import ParentRef

T = TypeVar("T")


@dataclass(frozen=True)
class MappedRecord:
    """`element` is whole only when `faults` is empty; `picked` is what is compared with what was agreed."""

    element: dict[str, Any]
    picked: dict[str, object]
    label: RecordLabel
    text: str
    """The record as people know it."""
    faults: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class MappedDocument(MappedRecord):
    """`line_keys` name the element's lines in their order; `number` is what Xero will know it by; `own_texts` are what
    the CRM's lines say themselves."""

    kind: XeroKind = XeroKind.SALES_INVOICE
    number: str | None = None
    line_keys: tuple[str, ...] = ()
    own_texts: tuple[str, ...] = ()
    expected_total: Decimal | None = None
    waits_for: tuple[ParentRef, ...] = ()


@dataclass
class Faults:
    """Collects reasons while a record is mapped, so that one fault does not hide the next."""

    text: str
    found: list[Reason] = field(default_factory=list)
    warned: list[Reason] = field(default_factory=list)

    def add(self, code: str, **facts: object) -> None:
        """One reason; the record's own text is filled in."""
        self.found.append(Reason(code=code, facts={"record": self.text, **facts}))

    def warn(self, code: str, **facts: object) -> None:
        """A reason that rides along."""
        self.warned.append(Reason(code=code, facts={"record": self.text, **facts}))

    def unusable(self, field_name: str, shown: str, rule: str) -> None:
        """A value that Xero cannot take and that the record cannot go without."""
        self.add("value_unusable", field=field_name, value=shown, rule=rule)

    def read(
        self, reader: Callable[[Mapping[str, Any], str], T | None], fields: Mapping[str, Any], name: str
    ) -> T | None:
        """What the reader finds; a fault and None where the value cannot be used."""
        try:
            return reader(fields, name)
        except UnusableValueError as error:
            self.unusable(name, error.shown, error.rule)
            return None
