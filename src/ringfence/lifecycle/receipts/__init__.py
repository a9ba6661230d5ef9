"""Receipts: what became of a deletion in every place, signed when it is asked for."""
