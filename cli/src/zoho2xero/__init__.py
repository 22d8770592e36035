"""The zoho2xero command: everything in one process, a demo of it, and a client of its REST API."""
