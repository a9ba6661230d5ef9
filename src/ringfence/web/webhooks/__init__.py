"""What carriers tell us over HTTP: signed, and believed only then."""
