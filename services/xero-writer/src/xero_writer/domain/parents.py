"""What a document's parents mean for it: linked ones carry it, held ones hold it, the others are waited for."""

from collections.abc import Iterable, Mapping

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.mapped import Faults
from xero_writer.domain.reason_order import explain_wait
from xero_writer.domain.rows import ParentState, ParentView
from xero_writer.domain.verdicts import ParentRef

_WAITED_FOR = frozenset({ParentState.STAGED, ParentState.MISSING})
_ABSENT = ParentView(ParentState.MISSING)


def judge_parents(
    refs: Iterable[ParentRef], parents: Mapping[ParentRef, ParentView], faults: Faults
) -> tuple[ParentRef, ...]:
    """The parents to wait for; one that is held becomes a `waits_for` with the root cause.

    A product that the CRM no longer has is no obstacle: its lines go as text. A customer that is gone is one.
    """
    waited_for = []
    for ref in refs:
        view = parents.get(ref, _ABSENT)
        if view.state in _WAITED_FOR:
            waited_for.append(ref)
        elif view.state is ParentState.HELD:
            reasons = view.reasons or (Reason(code="vendor_trouble", facts={"vendor": "Xero", "what": "it waits"}),)
            faults.found.append(explain_wait(faults.text, view.text or _name(ref), reasons))
        elif view.state is ParentState.GONE and ref.module is not Module.PRODUCTS:
            gone = Reason(code="deleted_before_sync", facts={"record": _name(ref)})
            faults.found.append(explain_wait(faults.text, _name(ref), (gone,)))
    return tuple(waited_for)


def _name(ref: ParentRef) -> str:
    noun = {
        Module.ACCOUNTS: "the account",
        Module.CONTACTS: "the contact",
        Module.VENDORS: "the vendor",
        Module.PRODUCTS: "the product",
    }
    return f"{noun.get(ref.module, 'the record')} with CRM id {ref.record_id}"
