"""What people see in the terminal: progress while a run goes on, then what became of every module."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

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
VENDOR_NAMES: Mapping[str, str] = {"zoho": "Zoho CRM", "xero": "Xero"}


def describe_progress(run: Mapping[str, Any]) -> str:
    """One line: how far each module is, and what the run waits for."""
    parts = []
    for module in run["modules"]:
        expected = module["expected"] if module["expected"] is not None else module["extracted"]
        parts.append(f"{module['module']} {module['settled']}/{expected if expected is not None else '?'}")
    line = f"{STATE_WORDS[run['state']]}: " + ", ".join(parts)
    return f"{line}. {run['waiting_for']}" if run.get("waiting_for") else line


def make_run_table(run: Mapping[str, Any]) -> Table:
    """Per module: extracted and what became of the records."""
    table = Table(title=f"Run {run['run_id']}: {STATE_WORDS[run['state']]} in {run['seconds']} s", title_justify="left")
    table.add_column("module")
    for column in ("extracted", *OUTCOMES):
        table.add_column(column, justify="right")
    for module in run["modules"]:
        counts = [str(module[column] or 0) for column in ("extracted", *OUTCOMES)]
        table.add_row(module["module"], *[count if count != "0" else "-" for count in counts])
    return table


def show_run(console: Console, run: Mapping[str, Any]) -> None:
    """The table of a run, its vendor calls, and why it failed if it did."""
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
    """What to mend first: causes ordered by the money that they hold back."""
    causes = summary["causes"]
    if not causes:
        return
    table = Table(title="Held back, by cause", title_justify="left", show_lines=False)
    for column, justify in (("records", "right"), ("money held", "right"), ("example", "left"), ("who", "left")):
        table.add_column(column, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for cause in causes:
        money = ", ".join(f"{currency} {amount}" for currency, amount in cause["money"].items()) or "-"
        count = str(cause["records"]) + (f" (+{cause['waiting']} waiting)" if cause["waiting"] else "")
        table.add_row(count, money, f"{cause['sentence']} {cause['what_to_do']}", cause["who"])
    console.print(table)


def show_log(console: Console, entries: Iterable[Mapping[str, Any]]) -> None:
    """Log entries, each with its reasons in sentences."""
    for entry in entries:
        label = entry["label"]
        known = [label.get("number") or label.get("name") or entry["record_id"], label.get("dated"), label.get("total")]
        title = " ".join(str(part) for part in known if part is not None)
        console.print(f"{entry['settled_at'][:19]}  {entry['outcome']:<9}  {entry['module']}: {title}", markup=False)
        for reason in entry["reasons"]:
            console.print(f"    {reason['sentence']} {reason['what_to_do']}", style="dim", markup=False)
