"""Whether a Xero account may stand on a line, and whether it is one of the right side (Xero: Accounts page)."""

from typing import Final

from xero_writer.domain.mapping_model import Side
from xero_writer.domain.reference import Reference

_OF_OTHER_SIDE: Final = {
    Side.SALES: frozenset(
        {"DIRECTCOSTS", "EXPENSE", "OVERHEADS", "DEPRECIATN", "WAGESEXPENSE", "SUPERANNUATIONEXPENSE"}
    ),
    Side.PURCHASES: frozenset({"REVENUE", "SALES", "OTHERINCOME"}),
}
"""Account types that a side's default is never of. Xero would take them: the books would be wrong all the same."""


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


def explain_wrong_side(code: str, reference: Reference, side: Side) -> str | None:
    """Why an account that can be used should not be the default of this side; None when it may.

    A single product may go to an account of the other side on purpose: carriage charged on, for example.
    """
    account = reference.accounts.get(code)
    if account is None or account.type not in _OF_OTHER_SIDE[side]:
        return None
    kind = "an expense" if side is Side.SALES else "an income"
    return f"{kind} account ({account.type}), not one for {side.value}"


def is_usable_account(code: str | None, reference: Reference) -> bool:
    """True for an account that a line may name."""
    return code is not None and explain_unusable_account(code, reference) is None
