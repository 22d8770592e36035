"""What services share: events, the one HTTP contract, and the words in them. Pure: no I/O, no clock, no settings."""
