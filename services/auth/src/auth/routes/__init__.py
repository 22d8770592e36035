"""HTTP in: parse, call a use case, map the result. Each module builds one router from what it needs."""
