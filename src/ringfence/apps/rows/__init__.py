"""What every row has in common: its id, its account, and the fence around an account's rows."""
