"""What a person should do now, in one sentence."""

from collections.abc import Sequence

from scheduler.domain.readiness import Check, list_findings, stops
from scheduler.domain.sync_settings import SyncSettings
from sync_kit.contracts.findings import Finding, advise_on_finding
from sync_kit.errors import Fault


def say_next(
    *,
    connections: Sequence[Fault],
    check: Check | None,
    settings: SyncSettings,
    obstacles: Sequence[Fault],
    go_ahead_given: bool,
    written_before: bool,
    organisation: str,
    waiting_for: str | None,
) -> str:
    """The nearest step on the way to the first sync. `obstacles` keep the check from being green."""
    if connections:
        return connections[0].what
    if waiting_for:
        return f"Wait: {waiting_for}"
    if obstacles:
        return _say_how_to_mend(check, settings, obstacles)
    if not go_ahead_given:
        return f"Give the go-ahead for {organisation} in the settings; then the first sync may start."
    return "Nothing: syncs may start." if written_before else "Start the first sync."


def _say_how_to_mend(check: Check | None, settings: SyncSettings, obstacles: Sequence[Fault]) -> str:
    first = obstacles[0]
    finding = _find_named(check, settings, first.where) if check is not None else None
    if finding is None:
        return first.what
    again = "" if finding.code == "start_date_missing" else " Then check again."
    return advise_on_finding(finding) + again


def _find_named(check: Check, settings: SyncSettings, where: str) -> Finding | None:
    stopping = (finding for finding in list_findings(check, settings) if stops(finding))
    return next((finding for finding in stopping if where == f"readiness.{finding.code}"), None)
