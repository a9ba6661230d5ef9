"""The erasure ledger: what was deleted, written down where a restored database cannot forget it."""
