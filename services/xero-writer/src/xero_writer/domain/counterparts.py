"""What a link remembers of its counterpart: the same whether Xero answered with it, or the ledger showed it."""

from dataclasses import replace

from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.rows import LedgerContact, LedgerItem


def take_item(facts: LinkFacts, item: LedgerItem) -> LinkFacts:
    """The facts with what Xero says of the item."""
    return replace(
        facts,
        code=item.code,
        account_code=item.account_code,
        tax_type=item.tax_type,
        purchase_account_code=item.purchase_account_code,
        purchase_tax_type=item.purchase_tax_type,
        tracked=item.tracked,
    )


def take_terms(facts: LinkFacts, contact: LedgerContact) -> LinkFacts:
    """The facts with the contact's payment terms."""
    return replace(
        facts,
        terms_day=contact.terms_day,
        terms_type=contact.terms_type,
        bill_terms_day=contact.bill_terms_day,
        bill_terms_type=contact.bill_terms_type,
    )
