"""The rules of tenants, connections and tokens: pure, no I/O, no clock, no settings."""
