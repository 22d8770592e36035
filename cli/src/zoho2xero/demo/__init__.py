"""`zoho2xero demo`: a whole first sync through the public API, with nothing but this machine."""
