"""Sales invoices and bills: lines, totals, checks, statuses, edits, queries, showing."""
