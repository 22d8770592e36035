"""Every query of this service, by noun. Nothing outside this folder touches a table."""
