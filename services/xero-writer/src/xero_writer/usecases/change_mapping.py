"""Change a tenant's mapping: checked against what is known of Xero, saved as a new version, told to the reader."""

from sync_kit.contracts.events import MappingChanged
from sync_kit.errors import ConflictError, InvalidInputError
from sync_kit.store import Session
from xero_writer.domain.mapping_check import check_mapping
from xero_writer.domain.mapping_model import TenantMapping, list_crm_fields
from xero_writer.store import mappings
from xero_writer.usecases.index_records import load_mapping
from xero_writer.usecases.read_reference import load_reference
from xero_writer.usecases.tell import write


async def change_mapping(session: Session, tenant_id: str, mapping: TenantMapping, *, based_on: str | None) -> int:
    """Returns the version in force; an equal mapping makes no new one.

    `based_on` is an If-Match version. Raises InvalidInputError naming all faults, ConflictError (mapping_changed).
    """
    version, current = await load_mapping(session, tenant_id)
    if based_on is not None and based_on.strip().strip('"') not in (str(version), "*"):
        raise ConflictError(f"the mapping in force is version {version}", code="mapping_changed")
    faults = check_mapping(mapping, await load_reference(session, tenant_id), None)
    if faults:
        raise InvalidInputError("the mapping has faults", code="mapping_faulty", faults=faults)
    if version and mapping == current:
        return version
    await mappings.add_version(session, tenant_id, version + 1, mapping.model_dump(), await session.now())
    event = MappingChanged(tenant_id=tenant_id, version=version + 1, fields=list_crm_fields(mapping))
    await write(session, [event])
    return version + 1
