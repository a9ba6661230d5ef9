"""Pages for everybody, signed in or not: they set no cookie and show no customer's data."""
