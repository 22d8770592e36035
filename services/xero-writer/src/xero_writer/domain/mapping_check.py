"""Everything that is wrong with a mapping, named fault by fault, before it is taken.

Three looks: at the mapping by itself, at Xero's reference data, at what the CRM has. What was never fetched cannot be
looked at, and the answer says so.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sync_kit.contracts.events import CrmDescribed
from sync_kit.errors import Fault
from xero_writer.domain.mapping_check_crm import check_against_crm
from xero_writer.domain.mapping_check_form import check_form
from xero_writer.domain.mapping_check_xero import check_against_xero
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.domain.reference import Reference

XERO: Final = "xero"
CRM: Final = "crm"


@dataclass(frozen=True)
class CheckedMapping:
    """`faults` forbid the mapping, `warnings` do not. `unchecked` names the sides that nothing is known of yet."""

    faults: tuple[Fault, ...] = ()
    """Of the mapping by itself, and of what it names at either side."""
    warnings: tuple[Fault, ...] = ()
    unchecked: tuple[str, ...] = ()


def excuse_standing(checked: CheckedMapping, mapping: TenantMapping, changed: Collection[str]) -> CheckedMapping:
    """The same with faults that came from a vendor's side at places which this change does not touch as warnings: an
    account that was archived in Xero must not stand in the way of mapping a status. `changed`: paths of differences."""
    by_itself = set(check_form(mapping))

    def is_new(fault: Fault) -> bool:
        place = fault.where.removeprefix("body.")
        return fault in by_itself or any(path.startswith(place) or place.startswith(path) for path in changed)

    return CheckedMapping(
        tuple(fault for fault in checked.faults if is_new(fault)),
        (*checked.warnings, *(fault for fault in checked.faults if not is_new(fault))),
        checked.unchecked,
    )


def check_mapping(
    mapping: TenantMapping,
    reference: Reference | None,
    crm: CrmDescribed | None,
    product_codes: Collection[str] | None = None,
) -> CheckedMapping:
    """All that is wrong. Paths in `where` are those of the request body. `product_codes`: those among the mapping's
    that products were read with; None while no product was read."""
    faults = list(check_form(mapping))
    warnings: list[Fault] = []
    unchecked = []
    if reference is not None:
        faults += check_against_xero(mapping, reference, crm)
    else:
        unchecked.append(XERO)
    if crm is not None:
        faults += check_against_crm(mapping, crm, warnings.append)
    else:
        unchecked.append(CRM)
    if product_codes is not None:
        warnings += [
            Fault(f"body.accounts.by_product['{code}']", "no product with this code was read so far")
            for code in mapping.accounts.by_product
            if code not in product_codes
        ]
    return CheckedMapping(tuple(faults), tuple(warnings), tuple(unchecked))
