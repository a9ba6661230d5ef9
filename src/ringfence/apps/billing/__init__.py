"""Usage and invoices: how many calls and how long, never which, whose or of whom."""
