"""Time in: what auth does beside answering requests."""

from collections.abc import Sequence

from auth.store.revocations import REVOCATION_SIGNAL
from auth.usecases.forget_old import forget_old
from auth.usecases.keep_grants_warm import keep_grants_warm
from auth.usecases.keep_signing_keys import SigningKeys
from auth.usecases.refresh_grant import Refresher
from auth.usecases.revoke_at_vendor import Revoker
from sync_kit.loops import Loop
from sync_kit.relay import Relay
from sync_kit.store import Store

HOUR_SECONDS = 3600.0
MINUTE_SECONDS = 60.0


def list_jobs(
    *, store: Store, relay: Relay, revoker: Revoker, refresher: Refresher, keys: SigningKeys
) -> Sequence[Loop]:
    """Publishing, telling vendors, keeping grants warm, forgetting."""

    async def keep_warm() -> int:
        return await keep_grants_warm(store=store, refresher=refresher)

    async def forget() -> int:
        return await keys.forget_retired() + await forget_old(store=store)

    return (
        Loop("auth-relay", relay.step, idle_seconds=1.0, wake=relay.wake),
        Loop("auth-revoke", revoker.step, idle_seconds=5.0, wake=store.watch(REVOCATION_SIGNAL)),
        Loop("auth-warm", keep_warm, idle_seconds=HOUR_SECONDS),
        Loop("auth-forget", forget, idle_seconds=MINUTE_SECONDS),
        Loop("auth-purge-outbox", relay.purge, idle_seconds=HOUR_SECONDS),
    )
