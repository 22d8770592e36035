"""Let a grant go when nothing needs it any more."""

from datetime import timedelta

from auth.domain.revoking import DISCONNECTION_PATIENCE
from auth.store.grants import is_grant_needed
from auth.store.revocations import add_revocation
from sync_kit.store import Session


async def release_grant_if_unneeded(
    session: Session, grant_id: str, *, patience: timedelta = DISCONNECTION_PATIENCE
) -> None:
    """Owe the vendor its revocation, unless a live connection or an open choice still rests on the grant."""
    if not await is_grant_needed(session, grant_id):
        await add_revocation(session, grant_id, vendor_connection_id=None, patience=patience)
