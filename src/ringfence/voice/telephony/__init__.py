"""The ways a call arrives, one folder each."""
