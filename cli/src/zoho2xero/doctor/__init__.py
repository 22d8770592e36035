"""`zoho2xero doctor`: is everything there that real vendor accounts need, and what is wrong, in words."""
