"""The operator's own people, and what they did."""
