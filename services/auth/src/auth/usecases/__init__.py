"""What auth does, one file per thing; each function gets all that it needs as parameters."""
