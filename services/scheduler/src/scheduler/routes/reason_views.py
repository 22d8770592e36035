"""Reasons, findings, causes and forecasts in the words of the catalogues."""

from collections.abc import Sequence

from scheduler.domain.cause_words import say_cause
from scheduler.domain.causes import Cause
from scheduler.domain.forecast import ForecastLine, say_forecast, say_line
from scheduler.schemas.log import CauseView, ForecastLineView, ForecastView
from scheduler.schemas.reasons import FindingView, ReasonView
from sync_kit.contracts.findings import Finding, advise_on_finding, explain_finding, get_finding_entry
from sync_kit.contracts.reason_catalogue import advise, explain, get_reason_entry
from sync_kit.contracts.reasons import Reason


def show_reason(reason: Reason) -> ReasonView:
    """A reason in the catalogue's words."""
    return ReasonView(
        code=reason.code,
        sentence=explain(reason),
        who=get_reason_entry(reason.code).who,
        what_to_do=advise(reason),
        facts=reason.facts,
        vendor_words=reason.vendor_words,
    )


def show_finding(finding: Finding) -> FindingView:
    """A finding in the catalogue's words."""
    entry = get_finding_entry(finding.code)
    return FindingView(
        code=finding.code,
        severity=entry.severity,
        sentence=explain_finding(finding),
        who=entry.who,
        what_to_do=advise_on_finding(finding),
        facts=finding.facts,
    )


def show_cause(cause: Cause) -> CauseView:
    """One line of the roll-up."""
    reason = show_reason(cause.example)
    return CauseView(
        code=cause.code,
        headline=say_cause(cause),
        sentence=reason.sentence,
        who=reason.who,
        what_to_do=reason.what_to_do,
        records=sum(cause.records.values()),
        waiting=sum(cause.waiting.values()),
        money=cause.money,
    )


def show_forecast(lines: Sequence[ForecastLine], organisation: str) -> ForecastView:
    """What a rehearsal would have done to the ledger of `organisation`."""
    return ForecastView(
        sentence=say_forecast(lines, organisation),
        lines=tuple(
            ForecastLineView(
                act=line.act,
                kind=line.kind,
                status=line.status,
                currency=line.currency,
                records=line.records,
                money=line.money,
                sentence=say_line(line),
            )
            for line in lines
        ),
    )
