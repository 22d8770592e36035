"""Which Xero account a document's line is posted to: the one chosen for its product, the item's own, the default.

Quotes and Xero's purchase orders post nothing, so for them a missing account is no fault.
"""

from dataclasses import dataclass, field

from xero_writer.domain.accounts import explain_unusable_account, is_usable_account
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.mapped import Faults
from xero_writer.domain.mapping_model import Accounts, Side
from xero_writer.domain.reference import Reference


@dataclass
class LineAccounts:
    """The accounts of one document's lines; faults are collected, each cause once."""

    side: Side
    accounts: Accounts
    reference: Reference
    faults: Faults
    posts: bool = True
    said: set[str] = field(default_factory=set)

    def choose_for_line(
        self, what: str, product_code: str | None, facts: LinkFacts | None, *, item_undecided: bool
    ) -> str | None:
        """The account of a line. `item_undecided`: its item is not there yet and may name one."""
        chosen = self.accounts.find_for_product(self.side, product_code)
        if chosen is not None:
            return self._check(chosen)
        own = None
        if facts is not None:
            own = facts.account_code if self.side is Side.SALES else facts.purchase_account_code
        if is_usable_account(own, self.reference):
            return own
        if item_undecided and self.accounts.find_default(self.side) is None:
            return None
        return self.choose_default(what)

    def choose_default(self, what: str) -> str | None:
        """The side's default; `what` is said once when there is none."""
        code = self.accounts.find_default(self.side)
        if code is None:
            if self.posts and "" not in self.said:
                self.said.add("")
                self.faults.add("account_missing", what=what, side=self.side.value)
            return None
        return self._check(code)

    def choose_rounding(self) -> str | None:
        """The rounding line's own account; None: the default."""
        code = self.accounts.rounding
        return None if code is None else self._check(code, rounding=True)

    def _check(self, code: str, *, rounding: bool = False) -> str:
        problem = explain_unusable_account(code, self.reference, rounding=rounding)
        if problem is not None and code not in self.said:
            self.said.add(code)
            self.faults.add("account_unusable", account=code, problem=problem)
        return code
