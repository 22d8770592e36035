"""What people see in the terminal: progress while a run goes on, then what became of every module."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from sync_kit.clock import Clock

OUTCOMES = ("created", "updated", "linked", "unchanged", "locked", "skipped", "blocked", "failed")
STATE_WORDS: Mapping[str, str] = {
    "queued": "about to start",
    "running": "running",
    "waiting": "waiting",
    "succeeded": "done, everything is settled",
    "partial": "done, some records are held back",
    "failed": "failed",
    "cancelled": "cancelled",
}
TELL_EVERY_SECONDS = 2.0
VENDOR_NAMES: Mapping[str, str] = {"zoho": "Zoho CRM", "xero": "Xero"}


def describe_progress(run: Mapping[str, Any]) -> str:
    """One line: how far each module is, and what the run waits for."""
    parts = []
    for module in run["modules"]:
        expected = module["expected"] if module["expected"] is not None else module["extracted"]
        parts.append(f"{module['module']} {module['settled']}/{expected if expected is not None else '?'}")
    line = f"{STATE_WORDS[run['state']]}: " + ", ".join(parts)
    return f"{line}. {run['waiting_for']}" if run.get("waiting_for") else line


class ProgressTeller:
    """Prints a run's progress: at once when its state changes, else at most every two seconds."""

    def __init__(self, console: Console, clock: Clock) -> None:
        self._console = console
        self._clock = clock
        self._state: object = None
        self._told_at = float("-inf")

    def __call__(self, run: Mapping[str, Any]) -> None:
        state = (run["state"], run["waiting_for"])
        now = self._clock.monotonic()
        if state == self._state and now < self._told_at + TELL_EVERY_SECONDS:
            return
        self._state, self._told_at = state, now
        self._console.print(describe_progress(run), style="dim", markup=False)


def make_run_table(run: Mapping[str, Any]) -> Table:
    """A column per module: extracted, and what became of the records."""
    table = Table()
    table.add_column("")
    for module in run["modules"]:
        table.add_column(module["module"], justify="right")
    for row in ("extracted", *OUTCOMES):
        counts = [str(module[row] or 0) for module in run["modules"]]
        table.add_row(row, *[count if count != "0" else "-" for count in counts])
    return table


def show_run(console: Console, run: Mapping[str, Any]) -> None:
    """The table of a run, its vendor calls, and why it failed if it did."""
    console.print(f"Run {run['run_id']}: {STATE_WORDS[run['state']]}, {run['seconds']} s.", markup=False)
    console.print(make_run_table(run))
    for vendor, calls in run["calls"].items():
        least = f", the least possible for this work is {calls['least']}" if calls["least"] is not None else ""
        console.print(f"{VENDOR_NAMES[vendor]} calls: {calls['used']}{least}.")
    for module in run["modules"]:
        if module.get("failure"):
            console.print(f"{module['module']}: {module['failure']['sentence']}", style="red", markup=False)
    if run.get("failure"):
        console.print(run["failure"]["sentence"], style="red", markup=False)


def show_causes(console: Console, summary: Mapping[str, Any]) -> None:
    """What to mend first, the most money first; then what was not meant to go."""
    for title, causes in (("Held back", summary["held"]), ("Not meant to go", summary["skipped"])):
        if not causes:
            continue
        console.print(f"{title}, by cause:", style="bold")
        for cause in causes:
            money = ", ".join(f"{currency} {amount}" for currency, amount in cause["money"].items())
            waiting = f" and {cause['waiting']} that wait for it" if cause["waiting"] else ""
            count = f"{cause['records']} record{'s' if cause['records'] != 1 else ''}{waiting}"
            amount = f" over {money}" if money else ""
            example = "" if cause["records"] + cause["waiting"] == 1 else "For example: "
            console.print(f"  {count}{amount}. {example}{cause['sentence']}", markup=False)
            if cause["who"] != "nobody":
                console.print(f"      {cause['who']}: {cause['what_to_do']}", style="dim", markup=False)


def show_log(console: Console, entries: Iterable[Mapping[str, Any]]) -> None:
    """Log entries, each with its reasons in sentences."""
    for entry in entries:
        label = entry["label"]
        known = [label.get("number") or label.get("name") or entry["record_id"], label.get("dated"), label.get("total")]
        title = " ".join(str(part) for part in known if part is not None)
        console.print(f"  {entry['outcome']:<9} {entry['module']}: {title}", markup=False)
        for reason in entry["reasons"]:
            console.print(f"      {reason['sentence']} {reason['what_to_do']}", style="dim", markup=False)
