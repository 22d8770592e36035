"""Keep what Xero has shown of its ledger, by digested keys, whatever brought it: a reading, a look-up or an answer."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sync_kit.errors import BadAnswerError
from sync_kit.store import Session
from xero_writer.clients.xero_accounting import XeroAnswer
from xero_writer.domain.counterparts import take_terms
from xero_writer.domain.lanes import LANES, Lane
from xero_writer.domain.ledger import find_money, read_contact, read_document, read_item
from xero_writer.domain.link_facts import link_facts_from_json
from xero_writer.domain.rows import LedgerContact
from xero_writer.store import ledger, links, owed, staging
from xero_writer.store.staging import State
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.ledger_rows import from_ledger_contact, from_ledger_document, from_ledger_item

_LANES_BY_TYPE: Final = {words.type: lane for lane, words in LANES.items() if words.type is not None}


def list_rows(desk: Desk, answer: XeroAnswer, name: str) -> list[Mapping[str, Any]]:
    """The elements of an answer. Raises OutOfCallsError for one of another shape."""
    rows = answer.body.get(name) if isinstance(answer.body, dict) else None
    if answer.status >= 400 or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise desk.trouble(f"an answer without {name}")
    return rows


async def save_rows(
    desk: Desk, session: Session, path: str, rows: Sequence[Mapping[str, Any]], *, seen: bool = False
) -> None:
    """Keep elements of one of Xero's lists. `seen`: Xero showed them with their lines in this run.

    Raises OutOfCallsError for rows that cannot be read.
    """
    key = desk.digest_key
    try:
        if path == "Contacts":
            contacts = [read_contact(row, key) for row in rows]
            await ledger.save_contacts(session, desk.partition, [from_ledger_contact(each) for each in contacts])
            if seen:
                await _refresh_terms(desk, session, contacts)
        elif path == "Items":
            items = [from_ledger_item(read_item(row, key)) for row in rows]
            await ledger.save_items(session, desk.partition, items)
        else:
            documents = [
                from_ledger_document(
                    read_document(lane, row, key),
                    currency_rate=find_money(row, "CurrencyRate"),
                    seen_run=desk.run_id if seen else None,
                )
                for row in rows
                if (lane := find_lane(path, row)) is not None
            ]
            await ledger.save_documents(session, desk.partition, documents)
            if seen:
                await _reopen_doubles(desk, session, [each["url_key"] for each in documents if each["url_key"]])
    except BadAnswerError as error:
        raise desk.trouble(f"Xero's {path} cannot be read") from error
    if seen:
        desk.show(path, rows)


def find_lane(path: str, row: Mapping[str, Any]) -> Lane | None:
    """The lane of a row; None for one of a type that we do not know."""
    if path == "Invoices":
        return _LANES_BY_TYPE.get(str(row.get("Type")))
    return next((lane for lane, words in LANES.items() if words.path == path), None)


async def _refresh_terms(desk: Desk, session: Session, contacts: Sequence[LedgerContact]) -> None:
    """Payment terms that were changed in Xero are what due dates are made of from now on."""
    shown = {each.xero_id: each for each in contacts}
    changed = []
    for owner in await links.list_owners(session, desk.partition, list(shown)):
        facts = link_facts_from_json(owner["facts"])
        newer = take_terms(facts, shown[owner["xero_id"]])
        if newer != facts:
            key = {name: owner[name] for name in ("module", "record_id", "agreed_digest")}
            changed.append({**key, "facts": newer.to_json()})
    await links.change_facts(session, desk.partition, changed)


async def _reopen_doubles(desk: Desk, session: Session, url_keys: Sequence[str]) -> None:
    """Two live documents with one link: their record is judged again, so that a person hears of it."""
    run_id = desk.run_id
    if run_id is None or not url_keys:
        return
    doubles = await ledger.list_doubles(session, desk.partition, url_keys)
    xero_ids = [document["xero_id"] for found in doubles.values() for document in found]
    if not xero_ids:
        return
    asked = desk.modules
    for owner in await links.list_owners(session, desk.partition, xero_ids):
        module = next((each for each in asked if each.value == owner["module"]), None)
        if module is not None:
            ids = [owner["record_id"]]
            await staging.restage_ids(session, desk.partition, module, ids, State.SETTLED)
            await owed.owe(session, desk.partition, run_id, module, ids)
            await owed.reopen_owed(session, desk.partition, run_id, module, ids)
