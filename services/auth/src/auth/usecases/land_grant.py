"""Save the token pair of a fresh consent before anything else is done with it."""

from auth.clients.vendor_oauth import Consent
from auth.domain.attempt import Attempt
from auth.domain.client_secrets import make_id
from auth.domain.grant import Grant, HeldTokens, TokenPair
from auth.domain.sealing import Keyring
from auth.store.attempts import change_attempt
from auth.store.generations import draw_generation
from auth.store.grants import find_grant_of_subject, insert_grant, renew_grant, save_tokens
from auth.store.refresh_leases import void_refresh
from auth.usecases.release_grant import release_grant_if_unneeded
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import BadAnswerError
from sync_kit.store import Session, Store


async def land_grant(
    attempt: Attempt, consent: Consent, tokens: TokenPair, *, app_client_id: str, store: Store, keyring: Keyring
) -> Grant:
    """The grant of this consent, held by the attempt until an organisation is tied to it.

    The same Xero user consenting again renews the one grant that all their organisations share.
    Raises BadAnswerError for a pair without a refresh token.
    """
    if tokens.refresh_token is None:
        raise BadAnswerError("a consent brought no refresh token")
    held = HeldTokens(tokens.access_token, tokens.refresh_token)
    async with store.transaction() as session:
        grant = await _renew_or_insert(session, attempt.vendor, consent, tokens, app_client_id)
        await save_tokens(session, keyring, grant, held)
        await change_attempt(session, attempt.attempt_id, grant_id=grant.grant_id)
        if attempt.grant_id is not None and attempt.grant_id != grant.grant_id:
            await release_grant_if_unneeded(session, attempt.grant_id)
    return grant


async def _renew_or_insert(
    session: Session, vendor: Vendor, consent: Consent, tokens: TokenPair, app_client_id: str
) -> Grant:
    now = await session.now()
    expires_at = now + tokens.lives
    if tokens.subject is not None:
        known = await find_grant_of_subject(session, vendor, app_client_id, tokens.subject)
        if known is not None:
            await void_refresh(session, known.grant_id)
            return await renew_grant(session, known, renewed_at=now, access_expires_at=expires_at)
    grant = Grant(
        grant_id=make_id("grt"),
        vendor=vendor,
        app_client_id=app_client_id,
        subject=tokens.subject or "",
        accounts_url=consent.accounts_url,
        api_url=consent.api_url,
        generation=await draw_generation(session),
        renewed_at=now,
        access_expires_at=expires_at,
    )
    await insert_grant(session, grant)
    return grant
