"""What a change of the mapping brings about, told before it is made: judged again, read again, left alone.

The costs are upper bounds in calls, from what is known of the tenant:

- read again: the CRM in pages of 2,000 (Zoho: COQL), headers and their lines or people; a field that the mapping did
  not need before is on no record that was read, so the module is read whole once;
- wanted again: records that are judged again and whose payload is gone, 50 ids a call, their lines too;
- sent: 50 records a call (Xero: at most 50 in one request), if every record that is looked at differs.

What sets a record free is the next run of its module. Agreed records of modules that are not read again stay as they
are until they change in the CRM.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, MODULE_ORDER, Module
from xero_writer.domain.mapping_model import TenantMapping, list_crm_fields

ROWS_A_PAGE: Final = 2_000
IDS_A_CALL: Final = 50
RECORDS_A_REQUEST: Final = 50
LINES_A_DOCUMENT: Final = Decimal(3)
"""Assumed while no document is linked."""
_SHARED: Final = frozenset({Module.ACCOUNTS, Module.CONTACTS})
"""Both are made of the CRM's contacts, so they are read whole together."""
_WITH_CHILDREN: Final = frozenset({*DOCUMENT_MODULES, Module.ACCOUNTS})


@dataclass(frozen=True)
class KnownRecords:
    """How many records of a module are known, and how many of them are linked to Xero."""

    records: int = 0
    agreed: int = 0


@dataclass(frozen=True)
class WaitingForMapping:
    """A settled record that a new mapping version makes worth judging again."""

    module: Module
    codes: tuple[str, ...]
    """The reasons that a mapping can mend."""
    payload_gone: bool = False
    total: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True)
class Reopened:
    """Records judged again for one reason; `money` by currency."""

    module: Module
    code: str
    records: int
    money: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class ReadAgain:
    """A module that is read whole once more; `fields` are new in it, none where it comes along with another."""

    module: Module
    fields: tuple[str, ...]
    records: int
    zoho_calls: int


@dataclass(frozen=True)
class MappingEffect:
    """All that follows. `reopened_records` counts each once; calls are upper bounds."""

    reopened: tuple[Reopened, ...] = ()
    reopened_records: int = 0
    read_again: tuple[ReadAgain, ...] = ()
    not_touched: Mapping[Module, int] = field(default_factory=dict)
    """Agreed records that stay as they are."""
    zoho_calls: int = 0
    xero_calls: int = 0


def list_grown_fields(
    before: TenantMapping, after: TenantMapping, read_already: Mapping[Module, frozenset[str]]
) -> dict[Module, tuple[str, ...]]:
    """CRM fields that the new mapping needs and that were not read so far, by module."""
    old, new = list_crm_fields(before), list_crm_fields(after)
    grown = {
        module: tuple(
            name for name in new[module] if name not in old.get(module, ()) and name not in read_already.get(module, ())
        )
        for module in new
    }
    return {module: names for module, names in grown.items() if names}


def estimate_effect(
    before: TenantMapping,
    after: TenantMapping,
    *,
    known: Mapping[Module, KnownRecords],
    waiting: Iterable[WaitingForMapping],
    read_already: Mapping[Module, frozenset[str]],
    lines_a_document: Decimal = LINES_A_DOCUMENT,
) -> MappingEffect:
    """What the change from `before` to `after` brings about; nothing where they are equal."""
    agreed = {module: counts.agreed for module, counts in known.items() if counts.agreed}
    if before == after:
        return MappingEffect(not_touched=agreed)
    grown = list_grown_fields(before, after, read_already)
    whole = {*grown, *(_SHARED if _SHARED & grown.keys() else ())}
    read_again = tuple(
        _read_again(module, grown.get(module, ()), known.get(module, KnownRecords()).records, lines_a_document)
        for module in MODULE_ORDER
        if module in whole
    )
    opened = list(waiting)
    by_module = Counter(record.module for record in opened)
    gone = Counter(record.module for record in opened if record.payload_gone and record.module not in whole)
    wanted = sum(
        _divide_up(count, IDS_A_CALL) * (2 if module in _WITH_CHILDREN else 1) for module, count in gone.items()
    )
    looked_at = {
        module: known.get(module, KnownRecords()).records if module in whole else by_module[module]
        for module in MODULE_ORDER
    }
    return MappingEffect(
        reopened=_group(opened),
        reopened_records=len(opened),
        read_again=read_again,
        not_touched={module: count for module, count in agreed.items() if module not in whole},
        zoho_calls=sum(each.zoho_calls for each in read_again) + wanted,
        xero_calls=sum(_divide_up(count, RECORDS_A_REQUEST) for count in looked_at.values()),
    )


def describe_effect(effect: MappingEffect) -> list[str]:
    """The effect in sentences."""
    told = []
    if effect.reopened_records:
        told.append(
            f"{_count(effect.reopened_records, 'record')} that the mapping held back or left out "
            f"{'is' if effect.reopened_records == 1 else 'are'} judged again by the next sync."
        )
    for again in effect.read_again:
        why = f"{_join(again.fields)} was not read before" if again.fields else "they are read together with accounts"
        told.append(
            f"All {again.module.value.replace('_', ' ')} ({again.records:,}) are read from the CRM once more, because "
            f"{why}; what then differs from Xero is updated there, as far as it is not locked."
        )
    kept = sum(effect.not_touched.values())
    if kept:
        told.append(
            f"{_count(kept, 'record')} that {'is' if kept == 1 else 'are'} agreed with Xero "
            f"{'stays as it is until it changes' if kept == 1 else 'stay as they are until they change'} in the CRM."
        )
    if effect.zoho_calls or effect.xero_calls:
        told.append(
            f"At most {_count(effect.zoho_calls, 'call')} to Zoho CRM and {effect.xero_calls:,} to Xero beyond those "
            "of an ordinary sync."
        )
    return told or ["Nothing is judged or read again."]


def _read_again(module: Module, fields: tuple[str, ...], records: int, lines_a_document: Decimal) -> ReadAgain:
    calls = max(1, _divide_up(records, ROWS_A_PAGE))
    if module in DOCUMENT_MODULES:
        calls += max(1, _divide_up(int(records * lines_a_document), ROWS_A_PAGE))
    return ReadAgain(module=module, fields=fields, records=records, zoho_calls=calls)


def _group(opened: Iterable[WaitingForMapping]) -> tuple[Reopened, ...]:
    """By module and reason, the most records first; a record with two reasons stands under both."""
    records: Counter[tuple[Module, str]] = Counter()
    money: defaultdict[tuple[Module, str], defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for record in opened:
        for code in record.codes:
            records[record.module, code] += 1
            if record.total is not None and record.currency is not None:
                money[record.module, code][record.currency] += record.total
    order = sorted(records, key=lambda key: (-records[key], MODULE_ORDER.index(key[0]), key[1]))
    return tuple(Reopened(module, code, records[module, code], dict(money[module, code])) for module, code in order)


def _divide_up(count: int, by: int) -> int:
    return -(-count // by)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _join(names: Iterable[str]) -> str:
    return ", ".join(names)
