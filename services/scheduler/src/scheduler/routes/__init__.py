"""HTTP in: parse, call a use case, show the result."""
