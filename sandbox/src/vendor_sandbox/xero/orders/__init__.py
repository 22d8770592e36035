"""Purchase orders and quotes: documents that post nothing, written by one set of rules."""
