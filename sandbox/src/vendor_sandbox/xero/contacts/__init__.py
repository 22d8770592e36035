"""Contacts: reading, matching, validation, writing and showing."""
