"""Outwards: Zoho CRM, and nothing else."""
