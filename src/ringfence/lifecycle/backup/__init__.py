"""Backups: database and objects in one sealed stream that opens nothing after its days."""
