"""The digested keys by which staged records are found: made when a record is taken in, and again for a new mapping."""

from collections.abc import Mapping
from typing import Any, Protocol

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from xero_writer.domain.judge import find_record_keys
from xero_writer.domain.mapping_model import TenantMapping, default_mapping
from xero_writer.domain.rows import StagedRecord
from xero_writer.domain.saved_mapping import read_saved_mapping
from xero_writer.store import mappings, staging

NO_MAPPING_YET = 0
"""The version of the default mapping."""
PAGE = 500


class _Record(Protocol):
    """What keys are made of, as it comes in an event."""

    @property
    def record_id(self) -> str: ...
    @property
    def deleted(self) -> bool: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...


async def load_mapping(session: Session, tenant_id: str) -> tuple[int, TenantMapping]:
    """The mapping in force and its version; the default one is version 0."""
    row = await mappings.find_mapping(session, tenant_id)
    if row is None:
        return NO_MAPPING_YET, default_mapping()
    return int(row["version"]), read_saved_mapping(row["mapping"])


def find_key_columns(
    module: Module, record: _Record, mapping: TenantMapping, mapping_version: int, digest_key: bytes
) -> dict[str, Any]:
    """The key columns of one staged record."""
    keys = find_record_keys(
        StagedRecord(module=module, record_id=record.record_id, deleted=record.deleted, fields=record.fields),
        mapping,
        digest_key,
    )
    code = record.fields.get("Product_Code") if module is Module.PRODUCTS else None
    return {
        "business_key": None if record.deleted else keys.business,
        "name_key": keys.name,
        "loose_key": keys.loose,
        "email_key": None if record.deleted else keys.email,
        "code": code if isinstance(code, str) else None,
        "keys_mapping": mapping_version,
    }


async def index_again(
    session: Session, tenant_id: str, mapping: TenantMapping, mapping_version: int, digest_key: bytes
) -> int:
    """Make the keys anew of records whose keys are of another mapping version and whose payload is there."""
    rows = await staging.list_indexed_otherwise(session, tenant_id, mapping_version, PAGE)
    changed = []
    for row in rows:
        module = Module(row["module"])
        record = StagedRecord(module=module, record_id=row["record_id"], deleted=row["deleted"], fields=row["payload"])
        keys = find_key_columns(module, record, mapping, mapping_version, digest_key)
        changed.append(
            {"module": row["module"], "record_id": row["record_id"], "extraction_seq": row["extraction_seq"], **keys}
        )
    await staging.change_states(session, tenant_id, changed)
    return len(changed)
