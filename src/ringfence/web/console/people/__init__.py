"""Pages of people themselves: their sign-in, their sessions, coming in, and an account's ways of letting people in."""
