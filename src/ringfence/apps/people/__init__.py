"""People: how they come in, where they are signed in, who asked them in, and what an account says of its company."""
