"""Zoho CRM v8 as its documents describe it: OAuth in five data centres, records, COQL, composite, metadata."""
