"""Ways out of the house: the vendor's accounting API."""
