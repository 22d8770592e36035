"""What a person is shown when only a person can decide: the Xero records that a CRM record could be.

The ledger keeps no names, so a reason first carries ids and figures; the words are put in when Xero has been asked.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sync_kit.contracts.reasons import Reason
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.rows import LedgerContact, LedgerDocument, LedgerItem

MAX_CHOICES: Final = 10
"""More of them help nobody; `count` says how many there are."""
CONTACT: Final = "contact"
ITEM: Final = "item"


def offer_contacts(hits: Sequence[LedgerContact]) -> dict[str, Any]:
    """The facts of a reason that asks about contacts."""
    return _offer(CONTACT, [{"xero_id": hit.xero_id} for hit in hits])


def offer_items(hits: Sequence[LedgerItem]) -> dict[str, Any]:
    """The facts of a reason that asks about items."""
    return _offer(ITEM, [{"xero_id": hit.xero_id, "code": hit.code} for hit in hits])


def offer_documents(kind: XeroKind, hits: Sequence[LedgerDocument], number: str | None = None) -> dict[str, Any]:
    """The facts of a reason that asks about documents; `number` where all of them have the one that was looked for."""
    return _offer(kind.value, [_show_document(hit, number) for hit in hits])


def list_choices(reason: Reason) -> list[dict[str, Any]]:
    """The Xero records that a reason offers, as far as they are described."""
    choices = reason.facts.get("choices")
    return [dict(choice) for choice in choices] if isinstance(choices, list | tuple) else []


def put_words(reason: Reason, words: Mapping[str, Mapping[str, Any]]) -> Reason:
    """The reason with what is known in words of its candidates, by their ids."""
    choices = list_choices(reason)
    if not any(choice["xero_id"] in words for choice in choices):
        return reason
    told = [{**choice, **words.get(choice["xero_id"], {})} for choice in choices]
    facts = {**reason.facts, "choices": told, "candidates": [_say(choice) for choice in told]}
    if reason.code == "looks_already_entered" and told[0].get("number"):
        facts["number"] = told[0]["number"]
    return reason.model_copy(update={"facts": facts})


def _offer(kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    shown = choices[:MAX_CHOICES]
    return {
        "candidate_kind": kind,
        "count": len(choices),
        "candidates": [_say(choice) for choice in shown],
        "choices": shown,
    }


def _show_document(hit: LedgerDocument, number: str | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"xero_id": hit.xero_id, "status": hit.status}
    if number is not None:
        shown["number"] = number
    if hit.dated is not None:
        shown["dated"] = hit.dated.isoformat()
    if hit.total is not None:
        shown["total"] = f"{hit.total:.2f}"
    if hit.currency is not None:
        shown["currency"] = hit.currency
    return shown


def _say(choice: Mapping[str, Any]) -> str:
    """For example `Smith & Sons (a@smith.example, Leeds)` or `INV-7, Smith & Sons (2026-10-01, 120.00 GBP, DRAFT)`."""
    heads = [choice[name] for name in ("number", "contact", "code", "name") if choice.get(name)]
    head = ", ".join(heads) if heads else f"the one with Xero id {choice['xero_id']}"
    money = " ".join(choice[name] for name in ("total", "currency") if choice.get(name))
    details = [choice.get("email"), choice.get("town"), choice.get("dated"), money or None, choice.get("status")]
    known = [detail for detail in details if detail]
    return f"{head} ({', '.join(known)})" if known else head
