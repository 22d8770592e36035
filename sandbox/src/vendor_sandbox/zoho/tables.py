"""The records of one module, with the indexes that keep a call cheap among tens of thousands."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime
from typing import Any

from vendor_sandbox.zoho.fields import Field
from vendor_sandbox.zoho.modules import Module

# Values: str, Decimal, int, bool, None, list; datetime for datetime fields; a record id (str) for a lookup.
# A document keeps its rows, the very objects of the line table, in order under ROWS,
# and the taxes of its header under HEADER_TAX.
Record = dict[str, Any]
ROWS = "$rows"
HEADER_TAX = "$line_tax"


class RecordTable:
    """Records by id. Ids only grow, so the order of insertion is the order of ids."""

    def __init__(self, module: Module, fields: dict[str, Field]) -> None:
        self.module = module
        self.fields = fields
        self.records: dict[str, Record] = {}
        self.tombstones: list[dict[str, Any]] = []
        self._change_count = 0
        self._ids: tuple[int, list[str]] = (-1, [])
        self._modified: tuple[int, list[Record]] = (-1, [])
        self._by_value: dict[str, dict[str, dict[str, None]]] = {}

    def add_record(self, record: Record) -> None:
        """Put a new record in."""
        self.records[record["id"]] = record
        self._change_count += 1
        for name, index in self._by_value.items():
            index.setdefault(fold_value(record.get(name)), {})[record["id"]] = None

    def change_record(self, record: Record, values: dict[str, Any]) -> None:
        """Overwrite some of a record's values."""
        for name, index in self._by_value.items():
            if name in values:
                index.get(fold_value(record.get(name)), {}).pop(record["id"], None)
                index.setdefault(fold_value(values[name]), {})[record["id"]] = None
        record.update(values)
        self._change_count += 1

    def remove_record(self, record_id: str) -> Record:
        """Take a record out. Raises KeyError."""
        record = self.records.pop(record_id)
        self._change_count += 1
        for name, index in self._by_value.items():
            index.get(fold_value(record.get(name)), {}).pop(record_id, None)
        return record

    def forget_indexes(self) -> None:
        """After the records were replaced as a whole."""
        self._by_value.clear()
        self._change_count += 1

    def find_ids_by_value(self, field_name: str, value: object) -> list[str]:
        """Ids of the records with this value, case ignored; none for an empty value."""
        if value is None or value == "":
            return []
        index = self._by_value.get(field_name)
        if index is None:
            index = self._by_value[field_name] = {}
            for record in self.records.values():
                index.setdefault(fold_value(record.get(field_name)), {})[record["id"]] = None
        return list(index.get(fold_value(value), ()))

    def list_from_id(self, record_id: str) -> list[Record]:
        """Records with this id or a greater one, in the order of ids."""
        ids = self._sorted_ids()
        return [self.records[each] for each in ids[bisect_left(ids, record_id) :]]

    def list_by_modified(self) -> list[Record]:
        """All records in the order of (Modified_Time, id). Do not change the list."""
        if self._modified[0] != self._change_count:
            ordered = sorted(self.records.values(), key=modified_key)
            self._modified = (self._change_count, ordered)
        return self._modified[1]

    def _sorted_ids(self) -> list[str]:
        if self._ids[0] != self._change_count:
            self._ids = (self._change_count, list(self.records))
        return self._ids[1]


def modified_key(record: Record) -> tuple[datetime, str]:
    """Sort key of a record by its last change."""
    return record["Modified_Time"], record["id"]


def fold_value(value: object) -> str:
    """How two values are compared for being duplicates: as text, case ignored."""
    return str(value).strip().casefold()
