"""What a Zoho record means in Xero and whether it may go: pure functions over rows already read.

No I/O, no clock, no settings: times and rows come in as parameters, verdicts and exact Xero elements go out.
"""
