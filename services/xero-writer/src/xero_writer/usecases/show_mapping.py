"""Show the versions of a tenant's mapping and what differs between two of them."""

from sync_kit.errors import NotFoundError
from sync_kit.store import Session
from xero_writer.domain.mapping_diff import MappingDifference, diff_mappings
from xero_writer.domain.mapping_model import TenantMapping, default_mapping
from xero_writer.domain.saved_mapping import read_saved_mapping
from xero_writer.store import mappings
from xero_writer.usecases.index_records import NO_MAPPING_YET, load_mapping


async def get_version(session: Session, tenant_id: str, version: int) -> TenantMapping:
    """One version; 0 is the mapping of a tenant that has chosen nothing. Raises NotFoundError."""
    if version == NO_MAPPING_YET:
        return default_mapping()
    row = await mappings.find_version(session, tenant_id, version)
    if row is None:
        raise NotFoundError(f"there is no version {version} of this mapping")
    return read_saved_mapping(row["mapping"])


async def compare_versions(
    session: Session, tenant_id: str, older: int, newer: int | None
) -> tuple[int, tuple[MappingDifference, ...]]:
    """The newer version's number (None: the one in force) and what differs in it. Raises NotFoundError."""
    if newer is None:
        newer, after = await load_mapping(session, tenant_id)
    else:
        after = await get_version(session, tenant_id, newer)
    return newer, diff_mappings(await get_version(session, tenant_id, older), after)
