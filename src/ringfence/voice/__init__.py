"""A call while it lives. Never Django; knows nothing of tables."""
