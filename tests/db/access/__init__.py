"""Who may look: every address, every role, every key; another account; and what is open when a role is taken away."""
