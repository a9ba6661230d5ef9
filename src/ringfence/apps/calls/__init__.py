"""What a call leaves: its log, recording, transcript, search tokens; and what is being erased of it."""
