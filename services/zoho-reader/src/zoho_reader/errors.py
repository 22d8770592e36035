"""What Zoho may refuse for good, beside the kit's errors for what passes."""

from sync_kit.errors import SyncError


class ModuleRefusedError(SyncError):
    """The connected user may not read this Zoho module (403 NO_PERMISSION): the module fails, others go on."""

    def __init__(self, source: str) -> None:
        super().__init__(f"Zoho does not let us read {source}")
        self.source = source


class QuestionRefusedError(SyncError):
    """Zoho finds fault with a query (400): mostly a column that this CRM does not have or COQL cannot select.

    `code` is Zoho's word; `column` the column that it names, `param` the parameter, if any.
    """

    def __init__(self, source: str, *, code: str, column: str | None = None, param: str | None = None) -> None:
        super().__init__(f"Zoho refuses the question to {source}: {code}")
        self.source = source
        self.code = code
        self.column = column
        self.param = param


class MissingScopeError(SyncError):
    """The consent does not cover the call (401 OAUTH_SCOPE_MISMATCH).

    `way` is the way of asking that may be what is missing ("coql", "composite"), `source` the module that was asked.
    None: there is no other way to it, and a person must consent again.
    """

    def __init__(self, message: str, *, way: str | None = None, source: str | None = None) -> None:
        super().__init__(message)
        self.way = way
        self.source = source


class TokenRefusedError(SyncError):
    """Zoho does not take the access token (401): borrow another one, once."""
