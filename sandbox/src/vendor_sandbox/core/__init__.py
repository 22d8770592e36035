"""What both simulated vendors stand on: clock, switches, ledger, faults and the wrapper around every call."""
