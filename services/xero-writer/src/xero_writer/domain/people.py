"""Whether the person on a document belongs to the document's account."""

from sync_kit.contracts.reasons import Reason
from xero_writer.domain.crm_values import Lookup
from xero_writer.domain.rows import ParentView


def check_person(
    text: str, person: Lookup | None, account: Lookup | None, account_view: ParentView | None
) -> Reason | None:
    """`person_not_of_account` for a document that goes to its account all the same; None where nothing is known
    against the person. `text` is the document as people know it."""
    if person is None or account is None or account_view is None or account_view.facts is None:
        return None
    people = account_view.facts.people
    if people is None or person.record_id in people:
        return None
    facts = {
        "record": text,
        "person": person.name or f"The contact with CRM id {person.record_id}",
        "account": account.name or f"the account with CRM id {account.record_id}",
    }
    return Reason(code="person_not_of_account", facts=facts)
