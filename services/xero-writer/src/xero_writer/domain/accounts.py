"""Whether a Xero account may stand on a sales line (Xero: Accounts page)."""

from xero_writer.domain.reference import Reference


def explain_unusable_account(code: str, reference: Reference, *, rounding: bool = False) -> str | None:
    """Why the account cannot be used; None when it can. `rounding`: the ROUNDING system account is welcome too."""
    account = reference.accounts.get(code)
    if account is None:
        return "not in your chart of accounts"
    if account.status != "ACTIVE":
        return account.status.lower()
    if account.type == "BANK":
        return "a bank account"
    if account.system_account and not (rounding and account.system_account == "ROUNDING"):
        return "one of Xero's own system accounts"
    return None


def is_usable_account(code: str | None, reference: Reference) -> bool:
    """True for an account that a sales line may name."""
    return code is not None and explain_unusable_account(code, reference) is None
