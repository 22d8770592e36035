"""Change a tenant's mapping: checked against what is known of both sides, saved as a new version, told to the reader.

What the change brings about is told with it, and can be asked for without making it.
"""

from dataclasses import dataclass

from sync_kit.contracts.events import MappingChanged
from sync_kit.errors import ConflictError, Fault, InvalidInputError
from sync_kit.store import Session
from xero_writer.domain.mapping_change import MappingEffect
from xero_writer.domain.mapping_check import check_mapping, excuse_standing
from xero_writer.domain.mapping_diff import MappingDifference, diff_mappings
from xero_writer.domain.mapping_model import TenantMapping, list_crm_fields
from xero_writer.store import crm_metadata, mapping_effects, mappings
from xero_writer.usecases.index_records import load_mapping
from xero_writer.usecases.preview_mapping import preview_effect
from xero_writer.usecases.read_reference import load_reference
from xero_writer.usecases.tell import write


@dataclass(frozen=True)
class MappingChange:
    """A change that was made or, as a dry run, only looked at. `version` is the one in force afterwards."""

    version: int
    based_on: int
    applied: bool
    differences: tuple[MappingDifference, ...]
    effect: MappingEffect
    warnings: tuple[Fault, ...]
    unchecked: tuple[str, ...]


async def change_mapping(
    session: Session, tenant_id: str, mapping: TenantMapping, *, based_on: str | None, dry_run: bool = False
) -> MappingChange:
    """Save the mapping as the next version; an equal mapping makes no new one. A dry run saves nothing.

    `based_on` is an If-Match version. Raises InvalidInputError naming all faults, ConflictError (mapping_changed).
    """
    version, current = await load_mapping(session, tenant_id)
    if based_on is not None and based_on.strip().strip('"') not in (str(version), "*"):
        raise ConflictError(f"the mapping in force is version {version}", code="mapping_changed")
    checked = check_mapping(
        mapping,
        await load_reference(session, tenant_id),
        await crm_metadata.find_description(session, tenant_id),
        await mapping_effects.find_product_codes(session, tenant_id, mapping.accounts.by_product.keys()),
    )
    differences = diff_mappings(current, mapping)
    if version:
        checked = excuse_standing(checked, mapping, {difference.path for difference in differences})
    if checked.faults:
        raise InvalidInputError("the mapping has faults", code="mapping_faulty", faults=checked.faults)
    effect = await preview_effect(session, tenant_id, current, mapping)
    is_new = version == 0 or mapping != current
    if is_new and not dry_run:
        await _save(session, tenant_id, version + 1, mapping)
    return MappingChange(
        version=version + 1 if is_new and not dry_run else version,
        based_on=version,
        applied=not dry_run,
        differences=differences,
        effect=effect,
        warnings=checked.warnings,
        unchecked=checked.unchecked,
    )


async def _save(session: Session, tenant_id: str, version: int, mapping: TenantMapping) -> None:
    saved = await mappings.add_version(
        session, tenant_id, version, mapping.model_dump(mode="json"), await session.now()
    )
    if not saved:
        raise ConflictError(f"version {version} of the mapping was saved meanwhile", code="mapping_changed")
    event = MappingChanged(tenant_id=tenant_id, version=version, fields=list_crm_fields(mapping))
    await write(session, [event])
