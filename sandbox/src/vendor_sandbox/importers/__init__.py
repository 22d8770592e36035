"""Readers of foreign files that fill a CRM."""
