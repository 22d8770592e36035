"""The readiness report as a bookkeeper reads it: whose books, what is about to happen, what to mend and by whom."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console

from zoho2xero.screen import STATE_WORDS, VENDOR_NAMES, list_causes

Json = Mapping[str, Any]
WHO_WORDS: Mapping[str, str] = {
    "accounts": "For accounts, in Xero or by policy",
    "admin": "For an admin, in connections and mapping",
    "sales": "For sales, in the CRM",
    "nobody": "For nobody",
}


def show_readiness(console: Console, report: Json) -> None:
    """The whole report."""
    if report["run_id"] is None:
        console.print(report["next"], markup=False)
        return
    verdict = "green" if report["green"] else "not green yet"
    checked_at = str(report["checked_at"] or "")[:16].replace("T", " ")
    ended = f", checked at {checked_at} UTC" if checked_at else f", {STATE_WORDS[report['state']]}"
    console.print(f"Readiness: {verdict}{ended}.", style="bold green" if report["green"] else "bold red", markup=False)
    _show_organisations(console, report)
    if report["would_happen"] is not None:
        console.print("What is about to happen:", style="bold")
        console.print(f"  {report['would_happen']['sentence']}.", markup=False)
    stopping = [finding for finding in report["findings"] if finding["severity"] == "stops"]
    _show_findings(console, "To mend before the first sync", stopping)
    said = {f"{finding['sentence']} {finding['what_to_do']}" for finding in stopping}
    for obstacle in report["obstacles"]:
        if obstacle not in said:
            console.print(f"  {obstacle}", style="red", markup=False)
    _show_findings(console, "Worth a look", [one for one in report["findings"] if one["severity"] != "stops"])
    if report["held"]:
        console.print("What would be held back, by cause:", style="bold")
        list_causes(console, report["held"])
    console.print(f"Next: {report['next']}", style="bold", markup=False)


def _show_organisations(console: Console, report: Json) -> None:
    for vendor, side in report["organisations"].items():
        about = ", ".join(part for part in (side["country"], side["base_currency"]) if part)
        name = side["name"] or "(not known yet)"
        console.print(f"  {VENDOR_NAMES[vendor]:<9} {name}{f' ({about})' if about else ''}", markup=False)
    dates = report["start_date"]
    start = dates["chosen"] or f"not chosen yet, checked with {dates['checked_with']}"
    locks = report["lock_dates"]
    locked = [
        f"{words} {locks[name]}" for name, words in (("period", "period"), ("end_of_year", "year end")) if locks[name]
    ]
    console.print(f"  Start date {start}; lock dates in Xero: {', '.join(locked) or 'none'}", markup=False)


def _show_findings(console: Console, title: str, findings: Iterable[Json]) -> None:
    by_who: dict[str, list[Json]] = {}
    for finding in findings:
        by_who.setdefault(finding["who"], []).append(finding)
    if by_who:
        console.print(f"{title}:", style="bold")
    for who, some in by_who.items():
        console.print(f"  {WHO_WORDS[who]}", markup=False)
        for finding in some:
            console.print(f"    {finding['sentence']}", markup=False)
            console.print(f"        {finding['what_to_do']}", style="dim", markup=False)
