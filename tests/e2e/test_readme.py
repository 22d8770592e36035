"""A newcomer's path: every command of the README works as it is written."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = f"{sys.executable} -m zoho2xero"


def list_blocks() -> list[str]:
    return BLOCK.findall((ROOT / "README.md").read_text())


def find_free_ports() -> tuple[int, int]:
    """Two neighbouring free ports: the API's and the sandbox's."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port, port + 1


@contextmanager
def standalone(folder: Path, port: int) -> Iterator[None]:
    """`zoho2xero standalone`, as the README starts it, until it is ready."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZOHO2XERO_")}
    with (folder / "standalone.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "zoho2xero", "standalone", "--port", str(port)],
            cwd=folder,
            stdout=log,
            stderr=log,
            env=environment,
        )
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/readyz")
            wait_until_ready(f"http://127.0.0.1:{port + 1}/healthz")
            yield
        finally:
            process.terminate()
            process.wait(20)


def wait_until_ready(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} never answered")


def test_the_make_commands_are_targets() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)", list_blocks()[0], re.MULTILINE))
    assert named == {"demo", "test"} <= targets


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
def test_the_curl_walk_ends_with_the_sales_in_the_books(tmp_path: Path) -> None:
    port, sandbox_port = find_free_ports()
    start, *walk = list_blocks()[1:]
    assert start.strip() == ".venv/bin/zoho2xero standalone"
    script = "set -euo pipefail\n" + "\n".join(walk)
    script = (
        script.replace(".venv/bin/zoho2xero", COMMAND).replace("8701", str(sandbox_port)).replace("8700", str(port))
    )
    environment = {**os.environ, "ZOHO2XERO_URL": f"http://127.0.0.1:{port}"}
    with standalone(tmp_path, port):
        done = subprocess.run(
            ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=200, env=environment
        )
    assert done.returncode == 0, done.stderr[-3000:]
    last = json.loads(done.stdout.strip().splitlines()[-1])
    assert last["state"] == "succeeded", last
    assert "done" in done.stdout


def test_the_demo_holds_and_writes_its_figures(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    done = subprocess.run(
        [sys.executable, "-m", "zoho2xero", "demo", "--report", str(report)],
        capture_output=True,
        text=True,
        timeout=200,
        env={**os.environ, "COLUMNS": "100"},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    figures = json.loads(report.read_text())
    first, edited, mended, last = [run["modules"] for run in figures["runs"]]
    assert first["invoices"]["created"] > 100
    assert first["invoices"]["linked"] > 0
    assert first["purchase_orders"]["created"] > 0
    assert edited["invoices"]["updated"] == 3
    assert mended["invoices"]["created"] + mended["invoices"]["linked"] >= 7
    assert sum(module[outcome] for module in last.values() for outcome in ("created", "updated", "linked")) == 0
    assert "VAT by rate is right to the cent" in done.stdout
    assert "All of it held." in done.stdout


def test_real_sales_arrive_to_the_cent(tmp_path: Path) -> None:
    data = os.environ.get("ONLINE_RETAIL_CSV", "")
    if not Path(data).is_file():
        assert os.environ.get("REQUIRE_SHARED") != "1", "ONLINE_RETAIL_CSV names no file"
        pytest.skip("ONLINE_RETAIL_CSV names no file with the real sales")
    report = tmp_path / "report.json"
    done = subprocess.run(
        [sys.executable, "-m", "zoho2xero", "demo", "--data", data, "--report", str(report)],
        capture_output=True,
        text=True,
        timeout=400,
        env={**os.environ, "SANDBOX_ITEM_CODES": "sensitive", "COLUMNS": "100"},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    figures = json.loads(report.read_text())
    assert figures["ledger"] == {
        "invoices": 424, "total": "184248.33", "contacts": 304, "items": 1963, "bills": 0,
    }  # fmt: skip
    invoices = figures["runs"][0]["modules"]["invoices"]
    assert (invoices["extracted"], invoices["created"], invoices["skipped"]) == (512, 424, 88)
