"""A strict Xero: OAuth 2, connections and the Accounting API, read from the vendor's documents alone."""
