"""A person opens a connect link: send the browser to the vendor with a fresh state and PKCE challenge."""

from collections.abc import Mapping

from auth.clients.vendor_oauth import ConsentRequest, VendorOAuth, challenge_of, make_state, make_verifier
from auth.domain.attempt import ATTEMPT_LIFE, CHOICE_LIFE, check_link
from auth.domain.client_secrets import digest_of
from auth.domain.sealing import Keyring
from auth.errors import ConnectLinkError
from auth.store.attempts import change_attempt, find_attempt_by_link
from auth.store.vault import save_secret
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.store import Store

PKCE_PURPOSE = "pkce"


async def open_connect_link(
    vendor: Vendor,
    link: str,
    *,
    store: Store,
    keyring: Keyring,
    vendors: Mapping[Vendor, VendorOAuth],
    redirect_uri: str,
) -> str:
    """The vendor's consent page. Opening the link again is fine until it succeeded: the older state dies then.

    Raises ConnectLinkError for a link that is unknown, used or too old.
    """
    state, verifier = make_state(), make_verifier()
    async with store.transaction() as session:
        now = await session.now()
        attempt = check_link(await find_attempt_by_link(session, digest_of(link)), now)
        if attempt.vendor is not vendor:
            raise ConnectLinkError("This link is not known. Ask for a new one.", code="link_unknown")
        url = vendors[vendor].build_consent_url(
            ConsentRequest(redirect_uri, state, challenge_of(verifier), attempt.data_centre)
        )
        await save_secret(session, keyring, verifier.encode(), owner=attempt.attempt_id, purpose=PKCE_PURPOSE)
        await change_attempt(
            session,
            attempt.attempt_id,
            state_digest=digest_of(state),
            state_used_at=None,
            state_expires_at=now + ATTEMPT_LIFE,
            forget_at=now + ATTEMPT_LIFE + CHOICE_LIFE,
        )
    return url
