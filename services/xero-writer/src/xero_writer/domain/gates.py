"""The gate of a module: a CRM checkbox ("Add to Xero") that must be ticked before a record goes for the first time."""

from sync_kit.contracts.reasons import Reason
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.domain.rows import StagedRecord


def find_gate(record: StagedRecord, mapping: TenantMapping, text: str) -> Reason | None:
    """`not_ticked` while the checkbox is empty, `mapping_broken` where the CRM has no such field; None: it may go."""
    field = mapping.gates.get(record.module)
    if field is None:
        return None
    if field not in record.fields:
        return Reason(code="mapping_broken", facts={"record": text, "field": field})
    value = record.fields[field]
    if value is True or (isinstance(value, str) and value.strip().casefold() == "true"):
        return None
    return Reason(code="not_ticked", facts={"record": text, "field": field})
