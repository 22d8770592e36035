"""What Xero has agreed to becomes links, ledger rows and outcomes, in one transaction.

The same whether an answer said so or a look-up after a lost answer found it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Outcome
from sync_kit.store import Session
from xero_writer.domain.answers import WRITTEN_DIFFERS, agree, find_total_difference
from xero_writer.domain.lanes import LANES, Lane
from xero_writer.domain.ledger import find_money, read_document
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.reference import ReferencePart
from xero_writer.domain.rows import LedgerDocument
from xero_writer.domain.verdicts import Action
from xero_writer.domain.xero_dates import find_xero_time
from xero_writer.store import ledger, links, references, staging
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.ledger_rows import from_ledger_document
from xero_writer.usecases.save_rows import save_rows
from xero_writer.usecases.sendings import SentRecord
from xero_writer.usecases.settle_records import Settlement, settle_records

_DECIDE_TOTALS: Final = (ReferencePart.TAX_RATES, ReferencePart.ACCOUNTS)


@dataclass(frozen=True)
class Agreement:
    """One record of an intent and the element with which Xero agreed to it."""

    record: SentRecord
    element: Mapping[str, Any]
    facts: LinkFacts
    xero_id: str
    reasons: tuple[Reason, ...]
    document: LedgerDocument | None = None
    """The element as a row of the ledger; None for what is no document."""

    @property
    def status(self) -> str | None:
        """The document's status as Xero answered."""
        status = self.element.get("Status")
        return status if isinstance(status, str) and self.document is not None else None


def build_agreement(desk: Desk, record: SentRecord, element: Mapping[str, Any]) -> Agreement:
    """Read the element. Raises BadAnswerError when it lacks what the link must know."""
    verdict, lane = record.verdict, record.lane
    difference = find_total_difference(verdict.expected_total, element, record.text)
    document = read_document(lane, element, desk.digest_key) if LANES[lane].kind is not None else None
    return Agreement(
        record=record,
        element=element,
        facts=agree(lane, verdict.facts, element, desk.digest_key, document=document),
        xero_id=str(element[LANES[lane].id_field]),
        reasons=(*verdict.warnings, *((difference,) if difference is not None else ())),
        document=document,
    )


async def agree_records(desk: Desk, session: Session, agreements: Sequence[Agreement], *, run_id: str | None) -> None:
    """Save links, ledger rows and history, and settle the records. `run_id`: the run whose intent it was."""
    rows: list[dict[str, Any]] = []
    actions: list[dict[str, Any]] = []
    settlements: list[Settlement] = []
    by_path: dict[str, list[Mapping[str, Any]]] = {}
    documents: list[dict[str, Any]] = []
    for each in agreements:
        record, verdict = each.record, each.record.verdict
        words = LANES[record.lane]
        outcome = Outcome.CREATED if verdict.action is Action.CREATE else Outcome.UPDATED
        key = {"module": record.module.value, "record_id": record.record_id, "xero_id": each.xero_id}
        rows.append(
            {
                **key,
                "revision": record.revision,
                "agreed_digest": verdict.digest,
                "agreed_updated_at": find_xero_time(each.element.get("UpdatedDateUTC")),
                "status": each.status,
                "business_key": verdict.business_key,
                "facts": each.facts.to_json(),
            }
        )
        actions.append({**key, "run_id": run_id, "action": outcome.value, "number": verdict.label.number})
        settlements.append(
            Settlement(
                module=record.module,
                record_id=record.record_id,
                extraction_seq=record.extraction_seq,
                outcome=outcome,
                label=verdict.label,
                reasons=each.reasons,
                xero_id=each.xero_id,
                document=words.kind,
                status=each.status,
            )
        )
        if each.document is None:
            by_path.setdefault(words.path, []).append(each.element)
            continue
        rate = find_money(each.element, "CurrencyRate")
        documents.append(from_ledger_document(each.document, currency_rate=rate, seen_run=None))
    if not rows:
        return
    await links.save_links(session, desk.tenant_id, rows)
    await links.add_actions(session, desk.tenant_id, actions)
    for path, elements in by_path.items():
        await save_rows(desk, session, path, elements)
    await ledger.save_documents(session, desk.partition, documents)
    if any(reason.code == WRITTEN_DIFFERS for each in agreements for reason in each.reasons):
        await references.forget_parts(session, desk.tenant_id, [part.value for part in _DECIDE_TOTALS])
    await settle_records(desk, session, settlements)
    await _judge_rivals_again(desk, session, agreements)


async def _judge_rivals_again(desk: Desk, session: Session, agreements: Sequence[Agreement]) -> None:
    """Of two CRM records with one bill number the second may have been judged before the first was there. For all
    other documents the judge holds both; and suppliers share numbers, so that it cannot do so here."""
    bills = [each.record.verdict for each in agreements if each.record.lane is Lane.BILLS]
    keys = {key for verdict in bills for key in verdict.uniqueness_keys}
    await staging.restage_same_key(session, desk.tenant_id, Module.PURCHASE_ORDERS, keys)
