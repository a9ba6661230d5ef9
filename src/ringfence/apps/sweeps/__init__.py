"""What the sweeps did, and the clock's mark that never goes back."""
