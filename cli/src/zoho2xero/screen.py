"""What people see in the terminal: progress while a run goes on, then what became of every module."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from sync_kit.clock import Clock

DONE = ("created", "updated", "linked")
REHEARSED = ("would_create", "would_update", "would_link")
NOT_DONE = ("unchanged", "locked", "skipped", "blocked", "failed")
REHEARSALS = ("plan", "check")
MODE_WORDS: Mapping[str, str] = {"apply": "Run", "plan": "Plan", "check": "Check"}
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
    """A column per module: extracted, and what became of the records, or would."""
    outcomes = (*(REHEARSED if _is_rehearsal(run) else DONE), *NOT_DONE)
    table = Table()
    table.add_column("")
    for module in run["modules"]:
        table.add_column(module["module"], justify="right")
    for row in ("extracted", *outcomes):
        counts = [str(module[row] or 0) for module in run["modules"]]
        table.add_row(row.replace("_", " "), *[count if count != "0" else "-" for count in counts])
    return table


def show_run(console: Console, run: Mapping[str, Any]) -> None:
    """The table of a run, its vendor calls, and why it failed if it did."""
    state = STATE_WORDS[run["state"]].replace("are held", "would be held" if _is_rehearsal(run) else "are held")
    console.print(f"{MODE_WORDS[run.get('mode', 'apply')]} {run['run_id']}: {state}, {run['seconds']} s.", markup=False)
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
    """What would happen, if it is a rehearsal's; what to mend first, the most money first; what was not meant to go."""
    if summary.get("would_happen"):
        show_forecast(console, summary["would_happen"])
    rehearsal = _is_rehearsal(summary)
    for title, causes in (
        ("Would be held back" if rehearsal else "Held back", summary["held"]),
        ("Not meant to go", summary["skipped"]),
    ):
        if causes:
            console.print(f"{title}, by cause:", style="bold")
            list_causes(console, causes)


def list_causes(console: Console, causes: Iterable[Mapping[str, Any]]) -> None:
    """Each cause with what it holds and the one thing to do; then one record's own sentence, and who mends it."""
    for cause in causes:
        console.print(f"  {cause['headline']}", markup=False)
        example = "" if cause["records"] + cause["waiting"] == 1 else "For example: "
        act = f" {cause['who'].capitalize()}: {cause['what_to_do']}" if cause["who"] != "nobody" else ""
        console.print(f"      {example}{cause['sentence']}{act}", style="dim", markup=False)


def show_forecast(console: Console, forecast: Mapping[str, Any]) -> None:
    """What a sync would do to the ledger."""
    console.print("What would happen:", style="bold")
    console.print(f"  {forecast['sentence']}.", markup=False)


def show_log(console: Console, entries: Iterable[Mapping[str, Any]]) -> None:
    """Log entries, each with its reasons in sentences."""
    for entry in entries:
        label = entry["label"]
        known = [label.get("number") or label.get("name") or entry["record_id"], label.get("dated"), label.get("total")]
        title = " ".join(str(part) for part in known if part is not None)
        console.print(f"  {entry['outcome'].replace('_', ' '):<9} {entry['module']}: {title}", markup=False)
        for change in entry.get("changes") or ():
            before, after = (change[side] if change[side] is not None else "nothing" for side in ("before", "after"))
            console.print(f"      {change['field']}: {before} -> {after}", markup=False)
        for reason in entry["reasons"]:
            console.print(f"      {reason['sentence']} {reason['what_to_do']}", style="dim", markup=False)


def _is_rehearsal(run: Mapping[str, Any]) -> bool:
    return run.get("mode") in REHEARSALS
