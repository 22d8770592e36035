"""Errors of auth beside the kit's; each says what the caller does next."""

from sync_kit.errors import ProblemError, SyncError


class GrantRefusedError(SyncError):
    """The vendor says that a refresh token or code is no longer good: a person must consent again."""


class AppRefusedError(SyncError):
    """The vendor does not accept our client id or secret: the operator must mend the settings."""


class SealBrokenError(SyncError):
    """A value in the vault cannot be opened: its key is gone, or it was moved or damaged."""


class ConnectLinkError(ProblemError):
    """A connect link or the vendor's answer to it cannot be used; the person opens a fresh link."""

    status = 400
    title = "This connection attempt cannot go on"


class VendorTroubleError(ProblemError):
    """The vendor did not answer properly while a person was connecting; the same link may work in a moment."""

    status = 503
    title = "The vendor is not answering"


class GrantRequestError(ProblemError):
    """A token request that OAuth 2 (RFC 6749, section 5.2) refuses with 400."""

    status = 400
    title = "The token request cannot be granted"
