"""Makes believable companies out of a seed."""
