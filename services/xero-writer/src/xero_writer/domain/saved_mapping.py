"""Mappings as they were saved, whatever version saved them, as the mapping that the code of today reads.

Versions are kept for the tenant's life, so a shape that was saved once can be read for ever.
"""

from collections.abc import Mapping
from typing import Any, Final

from xero_writer.domain.mapping_model import TenantMapping

_MOVED: Final = {
    "untaxed_sales": ("taxes", "untaxed_sales"),
    "rounding_account": ("accounts", "rounding"),
    "lock_policy": ("policies", "lock"),
    "zero_total": ("policies", "zero_total"),
    "cent_policy": ("policies", "cent"),
    "due_days": ("policies", "due_days"),
}
"""Where version 0.1 had it at the top -> the section and the name of today."""


def read_saved_mapping(saved: Mapping[str, Any]) -> TenantMapping:
    """The mapping of a stored document. Raises pydantic's ValidationError for what was never one."""
    document = {name: value for name, value in saved.items() if name not in _MOVED}
    for old, (section, name) in _MOVED.items():
        if old in saved:
            document[section] = {**document.get(section, {}), name: saved[old]}
    return TenantMapping.model_validate(document)
