"""Whether a tenant may write into its books: what a check found, and what a first sync still waits for.

A check is a rehearsal whose stages also tell findings. It speaks for the pair of organisations and the settings that it
was made with, and for no others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from scheduler.domain.connected_pair import Pair
from scheduler.domain.run_state import FINAL, RunState
from scheduler.domain.start_date import find_lock_date, propose_start_date
from scheduler.domain.sync_settings import SyncSettings
from sync_kit.contracts.findings import (
    FINDINGS,
    Finding,
    Severity,
    advise_on_finding,
    explain_finding,
    get_finding_entry,
)
from sync_kit.contracts.reason_catalogue import advise, explain
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module, Outcome, Sending, Stage
from sync_kit.errors import Fault

ORDER: Final = {code: place for place, code in enumerate(FINDINGS)}
WENT: Final = frozenset(Outcome) - {Outcome.SKIPPED, Outcome.BLOCKED, Outcome.LOCKED, Outcome.FAILED}
"""Outcomes of records that are in Xero, or would be."""


@dataclass(frozen=True)
class StageFindings:
    """What one stage found out about the set-up."""

    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """The newest check of a tenant, as far as it has come."""

    run_id: str
    state: RunState
    requested_at: datetime
    pair: Pair
    start_date: date
    modules: tuple[Module, ...]
    sending: Sending
    told: Mapping[Stage, StageFindings] = field(default_factory=dict)
    refused: Mapping[Module, Reason] = field(default_factory=dict)
    """Modules that the vendor did not let us read, and why."""
    outcomes: Mapping[Module, Mapping[Outcome, int]] = field(default_factory=dict)
    written_before: bool = False
    """A sync was accepted for this pair: a later check that finds only what is held is nothing unusual."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """Everything that both stages told."""
        return {name: value for stage in self.told.values() for name, value in stage.facts.items()}

    @property
    def ended(self) -> bool:
        """Nothing more is to come."""
        return self.state in FINAL


def list_findings(check: Check, settings: SyncSettings) -> list[Finding]:
    """Both stages' findings and those that need both sides, what stops first, each group in the catalogue's order."""
    found = [finding for stage in Stage for finding in check.told.get(stage, StageFindings()).findings]
    known = {finding.code for finding in found}
    found += [finding for finding in _find_by_ourselves(check, settings) if finding.code not in known]
    return sorted(found, key=lambda finding: (not stops(finding), ORDER[finding.code]))


def stops(finding: Finding) -> bool:
    """Whether nothing may be written before it is mended."""
    return get_finding_entry(finding.code).severity == Severity.STOPS


def propose(check: Check) -> date:
    """The start date that would fit, with the lock dates that the check saw."""
    return propose_start_date(check.requested_at.date(), find_lock_date(check.facts))


def list_obstacles(check: Check | None, settings: SyncSettings, pair: Pair | None) -> list[Fault]:
    """Everything that keeps readiness from being green, each with what to do; empty when it is."""
    if check is None:
        return [Fault("readiness", "This set-up was never checked; start a check (POST /v1/readiness).")]
    if not check.ended:
        return [Fault("readiness", "The check has not ended yet; wait for it.")]
    if check.state in (RunState.FAILED, RunState.CANCELLED):
        return [Fault("readiness", "The last check did not come to its end; start another.")]
    if len(check.told) < len(Stage):  # a check ends well only when both have told
        words = "The last check is more than 30 days old, and what it found is deleted; start another."
        return [Fault("readiness", words)]
    if check.pair != pair:
        return [Fault("readiness", "The last check was of other organisations than are connected; start another.")]
    faults = [
        Fault(f"readiness.{module}", f"The check could not read {module}: {explain(reason)} {advise(reason)}")
        for module, reason in check.refused.items()
    ]
    for finding in list_findings(check, settings):
        if stops(finding):
            faults.append(
                Fault(f"readiness.{finding.code}", f"{explain_finding(finding)} {advise_on_finding(finding)}")
            )
    if changed := list_changes_since(check, settings):
        faults.append(Fault("readiness", f"Changed since the check: {', '.join(changed)}; check again."))
    return faults


def list_changes_since(check: Check, settings: SyncSettings) -> list[str]:
    """Settings that the check did not rehearse. Fewer modules than were checked are covered by it."""
    changed = []
    if settings.books_start_date is not None and settings.books_start_date != check.start_date:
        changed.append("the start date")
    if not set(settings.modules) <= set(check.modules):
        changed.append("the modules that go")
    if settings.sending != check.sending:
        changed.append("which contacts and products go")
    return changed


def list_missing_decisions(settings: SyncSettings, pair: Pair | None) -> list[Fault]:
    """What a person must have said before anything is written, ever."""
    faults = list_missing_start_date(settings)
    if settings.go_ahead_xero_tenant_id is None:
        faults.append(Fault("settings.go_ahead", "No go-ahead: name the Xero organisation that may be written to."))
    elif pair is not None and settings.go_ahead_xero_tenant_id != pair.xero_tenant_id:
        faults.append(Fault("settings.go_ahead", "The go-ahead names another Xero organisation than is connected."))
    return faults


def list_missing_start_date(settings: SyncSettings) -> list[Fault]:
    """A rehearsal needs it too, else it would rehearse something else than what will be done."""
    if settings.books_start_date is not None:
        return []
    return [Fault("settings.books_start_date", "No start date: say from which document date on Xero shall be filled.")]


def _find_by_ourselves(check: Check, settings: SyncSettings) -> list[Finding]:
    found = _compare_sides(check.facts)
    if settings.books_start_date is None:
        found.append(_finding("start_date_missing", proposed=propose(check)))
    else:
        lock = find_lock_date(check.facts)
        if lock is not None and settings.books_start_date <= lock:
            facts = {"start": settings.books_start_date, "lock": lock, "proposed": propose(check)}
            found.append(_finding("start_date_locked", **facts))
    documents = [check.outcomes.get(module, {}) for module in DOCUMENT_MODULES]
    total = sum(sum(counts.values()) for counts in documents)
    goes = any(counts.get(outcome) for counts in documents for outcome in WENT)
    if check.ended and total and not goes and not check.written_before:
        found.append(_finding("nothing_would_go", documents=total))
    return found


def _compare_sides(facts: Mapping[str, Any]) -> list[Finding]:
    found = []
    currencies = (facts.get("zoho_currency"), facts.get("xero_currency"))
    if all(currencies) and currencies[0] != currencies[1]:
        found.append(_finding("base_currency_differs", zoho=currencies[0], xero=currencies[1]))
    countries = [str(facts.get(name) or "").upper() for name in ("zoho_country", "xero_country")]
    # Only codes can be compared: "UK" in words and "GB" are the same country.
    if all(len(country) == 2 for country in countries) and countries[0] != countries[1]:
        found.append(_finding("country_differs", zoho=countries[0], xero=countries[1]))
    return found


def _finding(code: str, **facts: object) -> Finding:
    return Finding(code=code, facts={name: str(v) if isinstance(v, date) else v for name, v in facts.items()})
