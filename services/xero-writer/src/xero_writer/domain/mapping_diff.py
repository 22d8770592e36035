"""What differs between two mappings, place by place, in the paths that faults use too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xero_writer.domain.mapping_model import TenantMapping

Leaf = str | int | bool
_TABLES: Final = ("statuses.", "taxes.sales", "taxes.purchases", "accounts.by_product", "fields.", "amounts_values")
"""Sections whose keys are the tenant's own words (those that end with a point: the sections within)."""


@dataclass(frozen=True)
class MappingDifference:
    """One place that differs, such as `taxes.sales['Standard Rate']`; None: not chosen."""

    path: str
    before: Leaf | None
    after: Leaf | None


def diff_mappings(before: TenantMapping, after: TenantMapping) -> tuple[MappingDifference, ...]:
    """All differences, in the order in which the mapping is written."""
    old = dict(_list_leaves("", before.model_dump(mode="json")))
    new = dict(_list_leaves("", after.model_dump(mode="json")))
    return tuple(
        MappingDifference(path, old.get(path), new.get(path))
        for path in dict.fromkeys((*old, *new))
        if old.get(path) != new.get(path)
    )


def _list_leaves(path: str, value: Any) -> Iterator[tuple[str, Leaf]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _list_leaves(_join(path, str(key)), item)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _list_leaves(f"{path}[{place}]", item)
    elif value is not None:
        yield path, value


def _join(path: str, key: str) -> str:
    if _is_table(path):
        return f"{path}['{key}']"
    return f"{path}.{key}" if path else key


def _is_table(path: str) -> bool:
    if path.startswith("tracking."):
        return path.endswith(".values")
    return any(
        path.startswith(table) and path.count(".") == 1 and "[" not in path if table.endswith(".") else path == table
        for table in _TABLES
    )
