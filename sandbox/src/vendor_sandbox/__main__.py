"""Serve the sandbox: `python -m vendor_sandbox --port 8900`."""

from __future__ import annotations

import argparse
import os
import secrets

import uvicorn

from vendor_sandbox.app import create_sandbox
from vendor_sandbox.core.switches import load_switches


def main() -> None:
    """Read the command line and the SANDBOX_ environment, then serve until stopped."""
    parser = argparse.ArgumentParser(prog="vendor_sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--seed", default=None, help="the same seed deals the same tokens (default: random)")
    options = parser.parse_args()
    sandbox = create_sandbox(load_switches(os.environ), seed=options.seed or secrets.token_hex(16))
    # A cut answer is asked for by a fault, so uvicorn's complaint about it is no news: log level critical.
    uvicorn.run(
        sandbox.app,
        host=options.host,
        port=options.port,
        log_level="critical",
        access_log=False,
        lifespan="off",
        date_header=False,  # each vendor's answer carries the virtual clock's time
    )


if __name__ == "__main__":
    main()
