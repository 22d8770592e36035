"""The one contract between our services over HTTP: lending vendor access tokens."""

from typing import Annotated

from fastapi import APIRouter, Depends

from auth.domain.sealing import Keyring
from auth.metrics import AuthMetrics
from auth.schemas import LentTokenAnswer
from auth.usecases.lend_token import lend_token
from auth.usecases.refresh_grant import Refresher
from sync_kit.contracts.vendor_tokens import VENDOR_TOKENS_PATH, VendorTokenRequest
from sync_kit.errors import NeedsReauthorisationError, TryLaterError
from sync_kit.identity import require_service
from sync_kit.store import Store

_Service = Annotated[str, Depends(require_service())]


def vendor_token_routes(*, store: Store, keyring: Keyring, refresher: Refresher, metrics: AuthMetrics) -> APIRouter:
    """`POST /internal/vendor-tokens`."""
    router = APIRouter(include_in_schema=False)

    @router.post(VENDOR_TOKENS_PATH)
    async def lend_vendor_token(_: _Service, body: VendorTokenRequest) -> LentTokenAnswer:
        """Lend a token to a service."""
        try:
            token = await lend_token(body, store=store, keyring=keyring, refresher=refresher)
        except NeedsReauthorisationError:
            metrics.lendings.labels(str(body.vendor), "needs_person").inc()
            raise
        except TryLaterError:
            metrics.lendings.labels(str(body.vendor), "try_later").inc()
            raise
        metrics.lendings.labels(str(body.vendor), "lent").inc()
        return LentTokenAnswer.of(token)

    return router
