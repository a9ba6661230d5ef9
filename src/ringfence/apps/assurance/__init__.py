"""What was measured about each promise, and when."""
