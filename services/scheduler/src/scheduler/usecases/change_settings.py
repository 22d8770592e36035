"""A tenant's decisions: from which date on, which modules, how much of the address book, and the go-ahead."""

from collections.abc import Sequence

from scheduler.domain.sync_settings import SyncSettings, complete_directions
from scheduler.store import tenant_settings as store
from sync_kit.contracts.events import ConnectionFacts
from sync_kit.contracts.vocabulary import Direction, Module, Sending, Vendor
from sync_kit.errors import Fault, InvalidInputError
from sync_kit.store import Session


async def get_settings(session: Session, tenant_id: str) -> SyncSettings:
    """The tenant's settings; the defaults where nothing was ever set."""
    row = await store.find_settings(session, tenant_id)
    if row is None:
        return SyncSettings()
    return SyncSettings(
        books_start_date=row["books_start_date"],
        directions=complete_directions({Module(name): Direction(way) for name, way in row["directions"].items()}),
        sending=Sending(row["sending"]),
        go_ahead_xero_tenant_id=row["go_ahead_xero_tenant_id"],
        updated_at=row["updated_at"],
    )


async def change_settings(
    session: Session, tenant_id: str, settings: SyncSettings, *, connections: Sequence[ConnectionFacts]
) -> SyncSettings:
    """Replace the tenant's settings. Raises InvalidInputError when the go-ahead names an organisation that is not
    the connected one."""
    faults = _find_faults(settings, connections)
    if faults:
        raise InvalidInputError("The settings have faults.", faults=faults)
    now = await session.now()
    await store.save_settings(
        session,
        {
            "tenant_id": tenant_id,
            "books_start_date": settings.books_start_date,
            "directions": {module.value: way.value for module, way in settings.directions.items()},
            "sending": settings.sending,
            "go_ahead_xero_tenant_id": settings.go_ahead_xero_tenant_id,
            "updated_at": now,
        },
    )
    return await get_settings(session, tenant_id)


def _find_faults(settings: SyncSettings, connections: Sequence[ConnectionFacts]) -> list[Fault]:
    faults = []
    if not settings.modules:
        faults.append(Fault("body.directions", "must switch at least one module on"))
    named = settings.go_ahead_xero_tenant_id
    connected = {facts.external_id for facts in connections if facts.vendor == Vendor.XERO and facts.external_id}
    if named is not None and named not in connected:
        faults.append(
            Fault("body.go_ahead.xero_tenant_id", "names a Xero organisation that is not connected to this tenant")
        )
    return faults
