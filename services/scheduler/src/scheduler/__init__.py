"""Runs, the sync log, reasons and tenant settings."""
