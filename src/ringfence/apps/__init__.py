"""What rests: one Django app per noun."""
