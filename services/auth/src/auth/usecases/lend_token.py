"""Lend a vendor access token to one of our services.

A caller that was refused names the generation that it used, so that a hundred refusals are one refresh. What no
refresh can mend (a token refused right after its birth, a missing scope, an organisation that was withdrawn) makes
the connection wait for a person.
"""

from dataclasses import dataclass

from auth.domain.connection import Cause, Connection
from auth.domain.grant import Grant, HeldTokens, NextAct, decide_next_act
from auth.domain.sealing import Keyring
from auth.store.connections import find_connection_of
from auth.store.grants import find_grant, find_tokens
from auth.store.tenants import find_tenant
from auth.usecases.lose_connection import lose_connection
from auth.usecases.refresh_grant import Refresher
from sync_kit.contracts.vendor_tokens import VendorToken, VendorTokenRequest
from sync_kit.contracts.vocabulary import ConnectionState, Vendor
from sync_kit.errors import NeedsReauthorisationError, NotFoundError
from sync_kit.store import Store


@dataclass(frozen=True)
class _Held:
    connection: Connection
    grant: Grant
    tokens: HeldTokens
    next_act: NextAct


async def lend_token(
    request: VendorTokenRequest, *, store: Store, keyring: Keyring, refresher: Refresher
) -> VendorToken:
    """Raises NotFoundError for an unknown or deleted tenant, NeedsReauthorisationError, TryLaterError."""
    held = await _read(request, store, keyring, failed_generation=request.failed_generation)
    cause = _find_cause(request, held)
    if cause is not None:
        await lose_connection(held.connection, cause, store=store)
        raise NeedsReauthorisationError("a person must connect again", cause=cause)
    if held.next_act is NextAct.REFRESH:
        await refresher.renew(held.grant.grant_id, seen_generation=held.grant.generation)
        held = await _read(request, store, keyring, failed_generation=None)
    return VendorToken(
        access_token=held.tokens.access_token,
        generation=held.grant.generation,
        connection_generation=held.connection.generation,
        expires_at=held.grant.access_expires_at,
        api_url=held.grant.api_url,
        external_id=held.connection.external_id or "",
    )


def _find_cause(request: VendorTokenRequest, held: _Held) -> Cause | None:
    """What the caller's report means, unless it speaks of an older token than the current one."""
    if held.grant.refused_at is not None:
        return Cause.EXPIRED
    if request.failed_generation is not None and request.failed_generation < held.grant.generation:
        return None
    if request.missing_scope:
        return Cause.SCOPE_MISSING
    if request.withdrawn:
        return Cause.WITHDRAWN
    return Cause.EXPIRED if held.next_act is NextAct.ASK_PERSON else None


async def _read(request: VendorTokenRequest, store: Store, keyring: Keyring, *, failed_generation: int | None) -> _Held:
    async with store.reading() as session:
        if await find_tenant(session, request.tenant_id) is None:
            raise NotFoundError("There is no such tenant.")
        connection = await find_connection_of(session, request.tenant_id, Vendor(request.vendor))
        if connection is None or connection.external_id is None:
            raise NeedsReauthorisationError("nobody has connected yet", cause=Cause.NEVER_CONNECTED)
        if connection.state is not ConnectionState.CONNECTED or connection.grant_id is None:
            raise NeedsReauthorisationError("a person must connect again", cause=connection.cause or Cause.WITHDRAWN)
        grant = await find_grant(session, connection.grant_id)
        tokens = None if grant is None else await find_tokens(session, keyring, grant)
        if grant is None or tokens is None:
            raise NeedsReauthorisationError("a person must connect again", cause=Cause.WITHDRAWN)
        act = decide_next_act(grant, failed_generation=failed_generation, now=await session.now())
    return _Held(connection, grant, tokens, act)
